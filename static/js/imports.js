// The upload of contacts: a file can be dropped; its name is shown, and what is too large is not sent at all.

const form = document.querySelector("[data-cc-import-upload]");
const field = form.querySelector("[data-cc-import-file]");
const zone = form.querySelector("[data-cc-drop]");
const chosen = form.querySelector("[data-cc-import-name]");
const error = form.querySelector("[data-cc-import-error]");

function say(message) {
  error.hidden = !message;
  error.querySelector("span").textContent = message;
  field.toggleAttribute("aria-invalid", Boolean(message));
}

function look() {
  const file = field.files[0];
  const tooLarge = file && file.size > Number(field.dataset.max);
  say(tooLarge ? field.dataset.tooLarge : "");
  if (tooLarge) field.value = "";
  chosen.hidden = !file || tooLarge;
  chosen.querySelector("span").textContent = file ? file.name : "";
}

field.addEventListener("change", look);

for (const type of ["dragenter", "dragover"]) {
  zone.addEventListener(type, (event) => {
    event.preventDefault();
    zone.toggleAttribute("data-over", true);
  });
}

zone.addEventListener("dragleave", (event) => {
  if (!zone.contains(event.relatedTarget)) zone.toggleAttribute("data-over", false);
});

zone.addEventListener("drop", (event) => {
  event.preventDefault();
  zone.toggleAttribute("data-over", false);
  if (!event.dataTransfer.files.length) return;
  const one = new DataTransfer();
  one.items.add(event.dataTransfer.files[0]);
  field.files = one.files;
  look();
});

// Dropped beside it, a file would replace the page.
for (const type of ["dragover", "drop"]) {
  addEventListener(type, (event) => event.preventDefault());
}
