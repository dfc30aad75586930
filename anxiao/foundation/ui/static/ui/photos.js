// Pictures before they are sent: small previews, each can be taken away again.
function chosen(box) {
  return [...box.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files].map((file) => ({ input, file })));
}

function without(input, file) {
  const rest = new DataTransfer();
  for (const one of input.files) if (one !== file) rest.items.add(one);
  input.files = rest.files;
}

function draw(box) {
  const list = box.querySelector("[data-photos-list]");
  for (const old of list.querySelectorAll("img")) URL.revokeObjectURL(old.src);
  list.replaceChildren(
    ...chosen(box).map(({ input, file }, place) => {
      const item = document.createElement("li");
      const image = document.createElement("img");
      image.src = URL.createObjectURL(file);
      image.alt = `${list.dataset.photoLabel} ${place + 1}`;
      const away = document.createElement("button");
      away.type = "button";
      away.textContent = "×";
      away.setAttribute("aria-label", `${list.dataset.removeLabel} ${place + 1}`);
      away.addEventListener("click", () => {
        without(input, file);
        draw(box);
      });
      item.append(image, away);
      return item;
    }),
  );
}

function add(input) {
  // A second shot from the camera joins the first instead of replacing it.
  const box = input.closest("[data-photos]");
  const all = new DataTransfer();
  const most = Number(box.dataset.photos) || 9;
  const others = chosen(box).filter((one) => one.input !== input).length;
  for (const file of [...(input.keptFiles ?? []), ...input.files]) {
    if (all.items.length + others < most) all.items.add(file);
  }
  input.files = all.files;
  draw(box);
}

export function startPhotos() {
  document.addEventListener("click", (event) => {
    const input = event.target.closest?.("[data-photos] input[type=file]");
    if (input) input.keptFiles = [...input.files];
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-photos] input[type=file]")) add(event.target);
  });
}
