// A form with <input data-cc-here> leads back to where the person is. Pages change their address without loading, so that
// the address of their first loading is soon not it.
document.addEventListener("submit", (event) => {
  for (const field of event.target.querySelectorAll("[data-cc-here]")) field.value = location.pathname + location.search;
});
