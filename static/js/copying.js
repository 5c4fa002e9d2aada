// <button data-cc-copy="text" data-copied="Copied"><span>Copy</span></button> puts a text into the clipboard.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-cc-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.ccCopy);
    button.querySelector("span").textContent = button.dataset.copied;
  } catch {
    // No clipboard without https: what stands before the button is selected for Ctrl+C.
    const shown = button.closest("section, div")?.querySelector(".code") ?? button.parentElement.previousElementSibling;
    if (shown) getSelection().selectAllChildren(shown);
  }
});
