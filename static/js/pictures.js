// Choosing a picture: what was chosen is shown before it is sent, and what is too large is not sent at all.
// The form is templates/agents/includes/picture_form.html; [data-cc-picture-preview] stands before it.

document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-cc-picture]");
  if (!field) return;
  const file = field.files[0];
  const form = field.form;
  const tooLarge = file && file.size > Number(field.dataset.max);
  say(form, field, tooLarge ? field.dataset.tooLarge : "");
  if (tooLarge) field.value = "";
  form.querySelector("[data-cc-picture-name]").textContent = file && !tooLarge ? file.name : "";
  if (file && !tooLarge) show(form.parentElement.querySelector("[data-cc-picture-preview]"), file);
});

function say(form, field, message) {
  const error = form.querySelector("[data-cc-picture-error]");
  error.hidden = !message;
  error.querySelector("span").textContent = message;
  field.toggleAttribute("aria-invalid", Boolean(message));
}

function show(place, file) {
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    const image = new Image();
    image.alt = "";
    // What the browser cannot show stays as it was; the server will say why.
    image.addEventListener("load", () => (place.querySelector(".avatar") ?? place).replaceChildren(image));
    image.src = reader.result;
  });
  reader.readAsDataURL(file);
}
