// Menus, theme, the drawer of the phone, and the few buttons that need a script.
import { device } from "./store.js";

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

function showTheme() {
  const chosen = device.read("ax-theme") || "auto";
  root.dataset.bsTheme = chosen === "dark" || (chosen === "auto" && dark.matches) ? "dark" : "light";
  for (const button of document.querySelectorAll("[data-theme-set]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeSet === chosen));
  }
  document.dispatchEvent(new CustomEvent("ax:theme"));
}

function chooseTheme(name) {
  if (name === "auto") device.remove("ax-theme");
  else device.write("ax-theme", name);
  showTheme();
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.ax-menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

// Chapters of the navigation that a person has folded stay folded, save the one that is shown.
function keepChapters() {
  for (const chapter of document.querySelectorAll("details[data-chapter]")) {
    const key = `ax-folded-${chapter.dataset.chapter}`;
    if (device.read(key) && !chapter.querySelector("[aria-current]")) chapter.open = false;
    chapter.addEventListener("toggle", () => (chapter.open ? device.remove(key) : device.write(key, "1")));
  }
}

const actions = {
  "[data-theme-set]": (button) => chooseTheme(button.dataset.themeSet),
  "[data-open-dialog]": (button) => document.getElementById(button.dataset.openDialog)?.showModal(),
  "[data-go-back]": () => history.back(),
  "[data-reload]": () => location.reload(),
  "[data-print]": () => print(),
};

export function startShell() {
  showTheme();
  keepChapters();
  dark.addEventListener("change", showTheme);
  if (history.length > 1) {
    for (const button of document.querySelectorAll("[data-go-back]")) button.hidden = false;
  }
  document.querySelector("[data-focus]")?.focus();
  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest("details.ax-menu"));
    for (const [selector, act] of Object.entries(actions)) {
      const button = event.target.closest(selector);
      if (button) act(button);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.ax-menu[open]");
    closeMenus(null);
    open?.querySelector("summary")?.focus();
    if (location.hash === "#nav") location.hash = "#main";
  });
}
