// A signature by hand: canvas to a PNG in the hidden input of the same field.
import SignaturePad from "../vendor/signature_pad.min.js";

function start(box) {
  const canvas = box.querySelector("canvas");
  const input = box.querySelector("[data-signature]");
  const hint = box.querySelector("[data-signature-hint]");
  const pad = new SignaturePad(canvas, { penColor: "#111", backgroundColor: "#fff", minWidth: 1, maxWidth: 3 });

  const keep = () => {
    input.value = pad.isEmpty() ? "" : pad.toDataURL("image/png");
    hint.hidden = !pad.isEmpty();
  };
  const fit = () => {
    // Sharp on every screen; what was written stays.
    const strokes = pad.toData();
    const scale = Math.max(window.devicePixelRatio || 1, 1);
    canvas.width = canvas.offsetWidth * scale;
    canvas.height = canvas.offsetHeight * scale;
    canvas.getContext("2d").scale(scale, scale);
    pad.clear();
    pad.fromData(strokes);
    keep();
  };
  pad.addEventListener("beginStroke", () => (hint.hidden = true));
  pad.addEventListener("endStroke", keep);
  box.querySelector("[data-signature-clear]").addEventListener("click", () => {
    pad.clear();
    keep();
  });
  let width = 0;
  new ResizeObserver(() => {
    if (canvas.offsetWidth === width || canvas.offsetWidth === 0) return;
    width = canvas.offsetWidth;
    fit();
  }).observe(canvas);
}

for (const box of document.querySelectorAll("[data-signature-pad]")) start(box);
