// data-confirm: asks before a form or a button does what cannot be undone.
const passed = new WeakSet();

function ask(text) {
  const dialog = document.getElementById("confirm-dialog");
  if (!dialog) return Promise.resolve(window.confirm(text));
  dialog.querySelector("#confirm-text").textContent = text;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

async function onSubmit(event) {
  const form = event.target;
  const text = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (!text || passed.has(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await ask(text))) return;
  passed.add(form);
  form.requestSubmit(event.submitter);
  passed.delete(form);
}

export function startDialogs() {
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question).then((yes) => yes && event.detail.issueRequest(true));
  });
}
