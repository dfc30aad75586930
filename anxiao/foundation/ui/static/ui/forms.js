// Forms: sent once, groups that depend on a choice, filters that submit themselves.
function sendOnce(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.dataset.once === "off") return;
  const button = event.submitter ?? form.querySelector("[type=submit]");
  if (!button) return;
  setTimeout(() => {
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    button.dataset.sent = "";
  });
}

function freeButtons() {
  for (const button of document.querySelectorAll("[data-sent]")) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
    delete button.dataset.sent;
  }
}

export function showDependent(scope = document) {
  for (const group of scope.querySelectorAll("[data-shown-when]")) {
    const [name, wanted] = group.dataset.shownWhen.split("=");
    const form = group.closest("form");
    if (!form) continue;
    const given = new FormData(form).getAll(name);
    group.hidden = !wanted.split(",").some((value) => given.includes(value));
  }
}

export function startForms() {
  document.addEventListener("submit", sendOnce);
  addEventListener("pageshow", (event) => event.persisted && freeButtons());
  document.addEventListener("htmx:afterRequest", freeButtons);
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (!form) return;
    if (form.matches("[data-autosubmit]")) form.requestSubmit();
    showDependent(form);
  });
  showDependent();
}
