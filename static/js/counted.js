// How many characters of a limited text are used: <span data-cc-count="id-of-the-field">80/300</span>.
document.addEventListener("input", ({ target }) => {
  const place = target.id && document.querySelector(`[data-cc-count="${CSS.escape(target.id)}"]`);
  // As the server counts: characters, of which some are two units here.
  if (place) place.textContent = `${[...target.value].length}/${place.textContent.split("/")[1]}`;
});
