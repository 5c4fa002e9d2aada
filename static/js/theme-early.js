// Not a module, and loaded in <head>: the chosen theme must hold before the first paint.
(function () {
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be forbidden: then the theme follows the system.
  }
})();
