// The print button of a sheet.
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
