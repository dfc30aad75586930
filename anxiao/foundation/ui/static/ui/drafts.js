// A failed save keeps every character: what is typed into a form with data-draft stays in this tab
// until a page shows that it was saved. Files and passwords are never kept.
import { showDependent } from "./forms.js";
import { tab } from "./store.js";

const PREFIX = "draft:";
const SENT = "draft-sent";
const SAVED = "form-saved:";
const SKIPPED = new Set(["password", "file", "hidden", "submit", "button"]);

const fields = (form) => [...form.elements].filter((field) => field.name && !SKIPPED.has(field.type));
const keyOf = (form) => `${PREFIX}${form.dataset.draft}`;
const isChoice = (field) => field.type === "radio" || field.type === "checkbox";
const hasErrors = (form) => form.querySelector(".ax-form-errors, .is-invalid, .ax-error") !== null;

function read(form) {
  return fields(form).map((field) => [field.name, isChoice(field) ? field.checked : field.value, isChoice(field) ? field.value : ""]);
}

function restore(form, kept) {
  let changed = false;
  for (const [name, value, option] of kept) {
    for (const field of fields(form).filter((one) => one.name === name)) {
      if (isChoice(field)) {
        if (field.value !== option || field.checked === value) continue;
        field.checked = value;
      } else {
        if (field.multiple || field.value === value || value === "") continue;
        field.value = value;
        if (field.value !== value) continue;
      }
      changed = true;
    }
  }
  return changed;
}

const address = () => location.href.split("#")[0];

function wasSaved(sent) {
  // Only a redirect that answers the form's own page says so: after a lost line or an error page
  // people come back in other ways. Error and sign-in pages wear data-keep-drafts.
  const [visit] = performance.getEntriesByType("navigation");
  const redirected = visit?.type === "navigate" && visit.redirectCount > 0;
  return redirected && document.referrer === sent.from && !document.body.hasAttribute("data-keep-drafts");
}

function settle() {
  const sent = tab.read(SENT);
  tab.remove(SENT);
  if (!sent || !wasSaved(sent)) return;
  if (sent.id) tab.write(SAVED + sent.id, location.href);
  const form = [...document.querySelectorAll("form[data-draft]")].find((one) => keyOf(one) === sent.key);
  if (!form || !hasErrors(form)) tab.remove(sent.key);
}

// A form with data-record makes a record. Whoever comes back to one that was saved finds the way to
// the record instead, so that nothing is entered twice. The visit itself (history) knows its form.
function mark(form) {
  if (!form.hasAttribute("data-record")) return "";
  const id = `${keyOf(form)}:${Date.now()}`;
  history.replaceState({ ...history.state, sent: id }, "");
  return id;
}

function showSaved() {
  const form = document.querySelector("form[data-record]");
  const record = history.state?.sent && tab.read(SAVED + history.state.sent);
  if (!form || !record || form.hidden) return;
  const note = document.getElementById("form-saved").content.firstElementChild.cloneNode(true);
  note.querySelector("[data-saved-record]").href = record;
  const again = note.querySelector("[data-saved-again]");
  again.href = address();
  // Browsers take a link to the page itself for a reload and keep what the visit knows.
  again.addEventListener("click", () => tab.remove(SAVED + history.state.sent));
  form.hidden = true;
  form.before(note);
}

function tell(form) {
  const note = document.getElementById("draft-kept");
  const place = document.getElementById("messages");
  if (note && place && form) place.append(note.content.cloneNode(true));
}

export function startDrafts() {
  settle();
  showSaved();
  addEventListener("pageshow", showSaved);
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const kept = tab.read(keyOf(form));
    if (kept && !hasErrors(form) && restore(form, kept)) {
      tell(form);
      showDependent(form);
    }
  }
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.dataset.draft) tab.write(keyOf(form), read(form));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-sign-out]")) forget();
    else if (form.dataset.draft && !event.defaultPrevented) {
      tab.write(keyOf(form), read(form));
      tab.write(SENT, { key: keyOf(form), from: address(), id: mark(form) });
    }
  });
  document.addEventListener("htmx:afterRequest", onAnswer);
}

function onAnswer(event) {
  const form = event.target.closest?.("form[data-draft]");
  const { successful, requestConfig, xhr } = event.detail;
  if (form && successful && requestConfig?.verb === "post" && xhr.status !== 422) tab.remove(keyOf(form));
}

function forget() {
  for (const key of tab.keys()) if ([PREFIX, SENT, SAVED].some((start) => key.startsWith(start))) tab.remove(key);
}
