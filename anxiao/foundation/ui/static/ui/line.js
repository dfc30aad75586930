// Honest about the line: a banner while it is down, and buttons that need it wait.
export function startLine() {
  const note = document.getElementById("offline-note");
  const show = () => {
    if (note) note.hidden = navigator.onLine;
    for (const button of document.querySelectorAll("[data-needs-line]")) button.disabled = !navigator.onLine;
  };
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}
