// Rows of a form that come in any number and order: <fieldset data-cc-rows> with a list of rows, each with an input and buttons
// data-cc-row="up", "down", "remove"; and a button "add". Without scripts the page's empty rows do.

const rowsOf = (list) => [...list.children].filter((row) => getComputedStyle(row).display !== "none");
const inputOf = (row) => row.querySelector("input");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-cc-row]");
  const list = button?.closest("[data-cc-rows]")?.querySelector("ol");
  if (!list) return;
  const deeds = { add, remove, up: (at) => move(at, -1), down: (at) => move(at, 1) };
  deeds[button.dataset.ccRow](button.closest("li") ?? list);
  number(list);
});

function add(list) {
  const row = list.querySelector("li").cloneNode(true);
  row.querySelector(".error")?.remove();
  const input = inputOf(row);
  input.value = "";
  for (const name of ["aria-invalid", "aria-describedby"]) input.removeAttribute(name);
  row.removeAttribute("data-extra");
  const last = rowsOf(list).at(-1);
  if (last) last.after(row);
  else list.append(row);
  input.focus();
}

function remove(row) {
  const rows = rowsOf(row.parentElement);
  const next = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
  if (next) {
    inputOf(next).focus();
    row.remove();
  } else {
    inputOf(row).value = "";
    inputOf(row).focus();
  }
}

function move(row, by) {
  const rows = rowsOf(row.parentElement);
  const other = rows[rows.indexOf(row) + by];
  if (!other) return;
  const button = document.activeElement;
  if (by < 0) other.before(row);
  else other.after(row);
  // The row may have arrived where the button is not offered.
  if (button.checkVisibility({ visibilityProperty: true })) button.focus();
  else inputOf(row).focus();
}

function number(list) {
  rowsOf(list).forEach((row, place) => {
    row.removeAttribute("data-extra");
    const input = inputOf(row);
    input.ariaLabel = `${input.dataset.label} ${place + 1}`;
  });
}
