// Long texts: how much may still be written when little is left, and that a paste was cut.
const FEW = 50;

function noteOf(field) {
  const template = document.getElementById("text-room");
  const after = field.nextElementSibling;
  if (after?.matches("[data-text-room]")) return after;
  const note = template.content.firstElementChild.cloneNode(true);
  note.dataset.textRoom = "";
  field.after(note);
  return note;
}

function tell(field, cut) {
  const left = field.maxLength - field.value.length;
  const few = left < FEW;
  if (!few && !cut && !field.nextElementSibling?.matches("[data-text-room]")) return;
  const note = noteOf(field);
  const room = note.querySelector("[data-room]");
  room.hidden = !few;
  room.querySelector("b").textContent = String(Math.max(left, 0));
  note.querySelector("[data-cut]").hidden = !cut;
}

const limited = (field) => field.matches?.("textarea[maxlength]");

export function startTexts() {
  let cut = false;
  document.addEventListener("paste", (event) => {
    const field = event.target;
    if (!limited(field)) return;
    const text = event.clipboardData.getData("text").replaceAll("\r\n", "\n");
    const kept = field.value.length - (field.selectionEnd - field.selectionStart);
    cut = kept + text.length > field.maxLength;
    if (cut) setTimeout(() => tell(field, true));
  });
  document.addEventListener("input", (event) => {
    if (limited(event.target)) tell(event.target, event.inputType === "insertFromPaste" && cut);
  });
}
