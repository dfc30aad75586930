// The side panel of the desk: a row opens beside its list. Phones, and people who want a new tab,
// simply follow the link.
const desk = matchMedia("(min-width: 992px)");
let opener = null;

function close() {
  const panel = document.getElementById("panel");
  if (!panel || panel.hidden) return false;
  panel.hidden = true;
  document.getElementById("panel-body").replaceChildren();
  opener?.focus();
  return true;
}

async function open(link) {
  const panel = document.getElementById("panel");
  opener = link;
  await window.htmx.ajax("GET", link.href, { target: "#panel-body", swap: "innerHTML", select: ".ax-page-body" });
  panel.querySelector("[data-panel-open]").href = link.href;
  panel.hidden = false;
  panel.scrollTop = 0;
  panel.focus();
}

export function startPanel() {
  if (!document.getElementById("panel")) return;
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-panel-close]")) close();
    const link = event.target.closest("a[data-panel]");
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (!link || !plain || !desk.matches || !window.htmx) return;
    event.preventDefault();
    open(link);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) close();
  });
}
