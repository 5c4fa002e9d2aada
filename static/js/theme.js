// The theme picker: radio buttons named "theme" with the values system, light and dark.
import { onContent } from "./dom.js";

const root = document.documentElement;

function apply(theme) {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
}

function showChoice(within) {
  const theme = root.dataset.theme ?? "system";
  for (const radio of within.querySelectorAll('input[name="theme"]')) radio.checked = radio.value === theme;
}

document.addEventListener("change", (event) => {
  if (!event.target.matches('input[name="theme"]')) return;
  apply(event.target.value);
  try {
    localStorage.setItem("theme", event.target.value);
  } catch {
    // It holds until the page is left.
  }
});

// Another tab chose.
addEventListener("storage", (event) => {
  if (event.key !== "theme") return;
  apply(event.newValue ?? "system");
  showChoice(document);
});

onContent(showChoice);
