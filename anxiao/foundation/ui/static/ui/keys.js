// Keys for clerks at a desk: / search, j and k rows, e edit, ? help. Can be switched off.
import { device } from "./store.js";

const OFF = "ax-keys-off";
const typing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
const rows = () => [...document.querySelectorAll(".ax-body .ax-table tbody tr, .ax-body .ax-list > li")].filter((row) => row.querySelector("a"));

function step(by) {
  const all = rows();
  const here = all.findIndex((row) => row.contains(document.activeElement));
  const wanted = all[Math.min(all.length - 1, Math.max(0, here + by))];
  const link = wanted?.querySelector(".ax-main a, a");
  link?.focus({ preventScroll: true });
  wanted?.scrollIntoView({ block: "nearest" });
}

// What is to be done next: with the row, with the record in the side panel, or on the record's page.
function next() {
  const row = rows().find((one) => one.contains(document.activeElement));
  if (row) return row.querySelector("[data-edit]");
  const panel = document.querySelector("#panel:not([hidden])");
  if (panel) return panel.querySelector(".ax-actions a.btn-primary");
  return rows().length ? null : document.querySelector(".ax-head > .ax-actions a.btn-primary");
}

const keys = {
  "/": () => (document.querySelector(".ax-body [data-search]") ?? document.querySelector("[data-search]"))?.focus(),
  j: () => step(1),
  k: () => step(-1),
  e: () => next()?.click(),
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
