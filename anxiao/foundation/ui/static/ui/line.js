// Honest about the line: a banner while it is down, and buttons that need it wait. Whoever leaves a
// page without a line lands on the browser's error page, so links and forms are held until it is back.
const passed = new WeakSet();

function leaves(link) {
  if (!/^https?:$/.test(link.protocol) || link.hasAttribute("download")) return false;
  return link.href.split("#")[0] !== location.href.split("#")[0] || !link.hash;
}

// A server on the same machine or in the same building answers without the internet.
const answers = () =>
  fetch(new URL("mark.svg", import.meta.url), { method: "HEAD", cache: "no-store" }).then(
    () => true,
    () => false,
  );

function tellHeld() {
  const note = document.getElementById("offline-note");
  for (const words of note?.querySelectorAll("[data-held]") ?? []) words.hidden = words.dataset.held !== "yes";
}

async function hold(event, target, go) {
  if (navigator.onLine || passed.has(target)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await answers())) {
    tellHeld();
    return;
  }
  passed.add(target);
  go();
  passed.delete(target);
}

export function startLine() {
  const note = document.getElementById("offline-note");
  const show = () => {
    if (note) note.hidden = navigator.onLine;
    for (const button of document.querySelectorAll("[data-needs-line]")) button.disabled = !navigator.onLine;
  };
  addEventListener("online", show);
  addEventListener("offline", show);
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest?.("a[href]");
      if (link && leaves(link)) hold(event, link, () => link.click());
    },
    true,
  );
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const button = event.submitter;
      if (form.method !== "dialog") hold(event, form, () => form.requestSubmit(button));
    },
    true,
  );
  show();
}
