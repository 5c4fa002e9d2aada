// The demo shop's own few lines, as any customer's page has some. Nothing here knows of the widget.
const count = document.querySelector("[data-count]");
const said = document.querySelector("[data-said]");

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("add" in button.dataset) {
    count.textContent = Number(count.textContent) + 1;
    said.textContent = said.dataset.said;
  }
  if (button.dataset.step) {
    const output = button.parentElement.querySelector("output");
    const before = Number(output.textContent);
    output.textContent = Math.max(1, before + Number(button.dataset.step));
    count.textContent = Number(count.textContent) + Number(output.textContent) - before;
  }
});
