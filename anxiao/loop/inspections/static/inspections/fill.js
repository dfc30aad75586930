// Filling a checklist in: how far one is, the way to the next open item, photos sent at once.
const form = document.querySelector("form[data-fill]");
const items = [...form.querySelectorAll("[data-item]")];
const next = form.querySelector("[data-next]");
const done = form.querySelector("[data-done]");

const answered = (item) => item.querySelector("input[type=radio]:checked") !== null;

function cure(item) {
  item.classList.remove("ax-field-wrong");
  item.querySelector("[data-item-error]")?.remove();
}

function count() {
  const number = items.filter(answered).length;
  done.textContent = String(number);
  next.toggleAttribute("data-all", number === items.length);
}

function go() {
  const item = items.find((one) => !answered(one));
  const target = item ?? form.querySelector(".ax-submit .btn-primary");
  target.scrollIntoView({ block: "start" });
  (item?.querySelector("input[type=radio]") ?? target).focus({ preventScroll: true });
}

// Exceptions are marked first or afterwards: what is said already stays as it is.
function passRest() {
  const given = items.filter((item) => !answered(item)).map((item) => item.querySelector("input[value=pass]"));
  for (const answer of given) {
    answer.checked = true;
    cure(answer.closest("[data-item]"));
  }
  count();
  // As if given by hand: whoever keeps drafts listens to the fields.
  given.at(-1)?.dispatchEvent(new Event("input", { bubbles: true }));
}

// A photo is sent as soon as it is taken, so that a weak line at the end loses nothing.
// What cannot be sent stays in the form and goes with it.
const busy = new Set();

async function send(box, file) {
  const list = box.parentElement.querySelector("[data-kept]");
  const body = new FormData();
  const uuid = crypto.randomUUID();
  body.append("uuid", uuid);
  body.append("org", form.dataset.unit);
  body.append("file", file);
  const token = document.querySelector("meta[name=csrf-token]").content;
  const answer = await fetch(form.dataset.upload, { method: "POST", body, headers: { "X-CSRFToken": token } });
  if (!answer.ok) return false;
  const stored = await answer.json();
  const item = document.createElement("li");
  const image = document.createElement("img");
  image.src = stored.thumb;
  image.alt = stored.name;
  image.width = image.height = 160;
  const away = document.createElement("button");
  away.type = "button";
  away.textContent = "×";
  away.setAttribute("aria-label", box.querySelector("[data-photos-list]").dataset.removeLabel);
  away.addEventListener("click", () => item.remove());
  const kept = document.createElement("input");
  kept.type = "hidden";
  kept.name = list.dataset.kept;
  kept.value = uuid;
  item.append(image, kept, away);
  list.append(item);
  return true;
}

async function sendAll(input) {
  const box = input.closest("[data-photos]");
  const left = new DataTransfer();
  for (const file of input.files) {
    const stored = await send(box, file).catch(() => false);
    if (!stored) left.items.add(file);
  }
  input.files = left.files;
  input.keptFiles = [...left.files];
  for (const shown of box.querySelectorAll("[data-photos-list] li")) if (left.files.length === 0) shown.remove();
}

form.addEventListener("change", (event) => {
  count();
  const input = event.target;
  if (input.type === "radio" && input.closest("[data-item]")) cure(input.closest("[data-item]"));
  if (input.type !== "file" || !crypto.randomUUID) return;
  setTimeout(() => {
    const work = sendAll(input).finally(() => busy.delete(work));
    busy.add(work);
  });
});

form.addEventListener(
  "submit",
  (event) => {
    if (busy.size === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    Promise.allSettled([...busy]).then(() => form.requestSubmit(button));
  },
  { capture: true },
);
const all = form.querySelector("[data-all-pass]");
all.hidden = false;
all.querySelector("button").addEventListener("click", passRest);
next.hidden = false;
next.addEventListener("click", go);
setTimeout(count);
