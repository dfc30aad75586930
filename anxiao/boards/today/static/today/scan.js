// Reads a point's QR with the camera or from a photo; the form below works without any of it.
const box = document.querySelector("[data-scan]");
const form = document.querySelector("[data-scan-form]");
const find = (name) => box.querySelector(`[data-scan-${name}]`);
const [view, video, message, start, photo] = ["view", "video", "message", "start", "photo"].map(find);
const canvas = document.createElement("canvas");
const ink = canvas.getContext("2d", { willReadFrequently: true });
const EVERY = 180; // milliseconds between two looks at the picture
const WIDEST = 1280;

const detector = "BarcodeDetector" in window ? new BarcodeDetector({ formats: ["qr_code"] }) : null;

async function read(source, width, height) {
  const scale = Math.min(1, WIDEST / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  ink.drawImage(source, 0, 0, canvas.width, canvas.height);
  const found = detector ? await detector.detect(canvas).catch(() => []) : [];
  if (found.length) return found[0].rawValue;
  const pixels = ink.getImageData(0, 0, canvas.width, canvas.height);
  return window.jsQR(pixels.data, pixels.width, pixels.height)?.data ?? "";
}

function open(text) {
  form.elements.code.value = text;
  form.requestSubmit();
}

async function look(stream) {
  const text = video.videoWidth ? await read(video, video.videoWidth, video.videoHeight) : "";
  if (!text) {
    setTimeout(look, EVERY, stream);
    return;
  }
  for (const track of stream.getTracks()) track.stop();
  open(text);
}

async function film() {
  start.hidden = true;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    view.hidden = false;
    video.srcObject = stream;
    await video.play();
    look(stream);
  } catch {
    start.hidden = false; // refused or busy: the photo and the code are still there
  }
}

photo.addEventListener("change", async () => {
  if (!photo.files.length) return;
  message.hidden = true;
  const picture = await createImageBitmap(photo.files[0]).catch(() => null);
  const text = picture ? await read(picture, picture.width, picture.height) : "";
  photo.value = "";
  if (text) return open(text);
  message.textContent = box.dataset.told;
  message.hidden = false;
});

find("ways").hidden = false;
if (navigator.mediaDevices?.getUserMedia) {
  start.addEventListener("click", film);
  start.hidden = false;
  const asked = await navigator.permissions?.query({ name: "camera" }).catch(() => null);
  if (asked?.state === "granted") film();
}
