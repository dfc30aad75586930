// The button that copies a text box. Without HTTPS there is no clipboard: the text is marked, and the
// browser's older way of copying is tried.
for (const button of document.querySelectorAll("[data-copy]")) {
  const box = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    box.select();
    const copied = await (navigator.clipboard?.writeText(box.value).then(
      () => true,
      () => false,
    ) ?? document.execCommand("copy"));
    if (copied) button.textContent = button.dataset.copied;
  });
}
