// Runs before the first paint, so that a dark page never flashes white. Classic script on purpose.
(function () {
  var stored = null;
  try {
    stored = localStorage.getItem("ax-theme");
  } catch {
    stored = null;
  }
  var dark = stored === "dark" || (stored !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
})();
