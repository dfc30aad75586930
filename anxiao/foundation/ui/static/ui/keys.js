// Keys for clerks at a desk: / search, j and k rows, e edit, ? help. Can be switched off.
import { device } from "./store.js";

const OFF = "ax-keys-off";
const typing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
const rows = () => [...document.querySelectorAll(".ax-body .ax-table tbody tr, .ax-body .ax-list > li")].filter((row) => row.querySelector("a"));

function step(by) {
  const all = rows();
  const here = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(all.length - 1, Math.max(0, here + by))];
  const link = next?.querySelector(".ax-main a, a");
  link?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}

const keys = {
  "/": () => (document.querySelector(".ax-body [data-search]") ?? document.querySelector("[data-search]"))?.focus(),
  j: () => step(1),
  k: () => step(-1),
  e: () => rows().find((row) => row.contains(document.activeElement))?.querySelector("[data-edit]")?.click(),
  "?": () => document.getElementById("keys-dialog")?.showModal(),
};

export function startKeys() {
  const box = document.querySelector("[data-keys-switch]");
  if (box) {
    box.checked = device.read(OFF) === null;
    box.addEventListener("change", () => (box.checked ? device.remove(OFF) : device.write(OFF, "1")));
  }
  document.addEventListener("keydown", (event) => {
    const held = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
    if (held || typing(event.target) || document.querySelector("dialog[open]") || device.read(OFF)) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
