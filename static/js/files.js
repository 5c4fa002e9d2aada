// The shelf of files: a click chooses a row and shows its details, two clicks or Enter open it; rows are dragged onto folders.
// Where there is only a finger, a tap follows the link. Everything that happens is a form of the page (templates/files/).
import { onContent } from "./dom.js";

const fine = matchMedia("(pointer: fine)");
const OURS = "application/x-contactcenter-items";
const shelf = document.querySelector("[data-cc-shelf]");
let current = ""; // the row whose details are shown

const rows = () => [...shelf.querySelectorAll("[data-cc-row]")];
const rowOf = (node) => node.closest?.("[data-cc-row]");
const boxOf = (row) => row.querySelector('input[name="item"]');

// --- choosing ---------------------------------------------------------------------------------------------------------

shelf.addEventListener("click", (event) => {
  const row = rowOf(event.target);
  if (event.target.closest("[data-cc-shut]")) {
    event.preventDefault();
    document.getElementById("details").removeAttribute("data-open");
    find(current)?.querySelector(".listing__name")?.focus();
  } else if (event.target.closest("[data-cc-clear]")) {
    for (const each of rows()) boxOf(each).checked = false;
    count();
  } else if (row && !event.target.closest(".check")) {
    if (event.target.closest("[data-cc-details]")) {
      event.preventDefault();
      showDetails(row, true);
    } else if (event.target.closest(".listing__name") && event.detail === 0) {
      // Enter, or a screen reader's click.
      if (open(row)) event.preventDefault();
    } else if (fine.matches && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      showDetails(row, false);
    }
  }
});

shelf.addEventListener("dblclick", (event) => {
  const row = rowOf(event.target);
  if (!row || event.target.closest(".check, [data-cc-details]") || !fine.matches) return;
  getSelection().removeAllRanges();
  if (!open(row)) location.assign(row.querySelector(".listing__name").href);
});

/** Look into a file; false when the row is a folder, whose link leads into it. */
function open(row) {
  const { look } = row.dataset;
  if (!look) return false;
  const dialog = document.getElementById("look");
  dialog.replaceChildren();
  dialog.showModal();
  htmx.ajax("GET", look, { target: dialog, swap: "innerHTML" });
  return true;
}

function showDetails(row, uncover) {
  current = row.dataset.ccRow;
  mark();
  htmx.ajax("GET", row.dataset.details, { target: "#details", swap: "outerHTML" }).then(() => {
    const details = document.getElementById("details");
    // Where it covers the list it comes when it is asked for.
    details.toggleAttribute("data-open", uncover || getComputedStyle(details).position !== "fixed");
    if (uncover) document.getElementById("details-title")?.focus();
  });
}

const find = (name) => shelf.querySelector(`[data-cc-row="${name}"]`);

function mark() {
  for (const row of rows()) row.toggleAttribute("data-current", row.dataset.ccRow === current);
}

// --- several ----------------------------------------------------------------------------------------------------------

shelf.addEventListener("change", ({ target }) => {
  if (target.matches("[data-cc-all]")) for (const row of rows()) boxOf(row).checked = target.checked;
  if (target.matches('[data-cc-all], [name="item"]')) count();
});

function count() {
  const all = rows();
  const checked = all.filter((row) => boxOf(row).checked);
  for (const row of all) row.toggleAttribute("data-checked", boxOf(row).checked);
  const form = shelf.querySelector("#chosen");
  if (!form) return;
  form.toggleAttribute("data-some", checked.length > 0);
  form.setAttribute("data-live", "");
  const sum = form.querySelector("[data-cc-sum]");
  sum.textContent = checked.length ? `${checked.length} ${sum.dataset.words}` : "";
  form.querySelector("[data-cc-clear]").hidden = false;
  const every = form.querySelector("[data-cc-all]");
  every.checked = checked.length === all.length && checked.length > 0;
  every.indeterminate = checked.length > 0 && checked.length < all.length;
}

onContent((root) => {
  count();
  mark();
  const name = root.querySelector("#dialog[open] [data-cc-stem]");
  if (name && document.activeElement !== name) name.focus();
  name?.setSelectionRange(0, Number(name.dataset.ccStem));
});

// What is gone has no details any more.
document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.successful || !detail.elt.matches?.("[data-cc-shuts]")) return;
  document.getElementById("details").removeAttribute("data-open");
});

// What is shown of it may have another name or another folder by now.
document.body.addEventListener("files.stale", () => {
  const details = document.getElementById("details");
  const refresh = details?.dataset.address;
  if (!refresh) return;
  const wasOpen = details.hasAttribute("data-open");
  fetch(refresh, { headers: { "HX-Request": "true" } }).then(async (answer) => {
    if (!answer.ok) {
      details.replaceChildren(shelf.querySelector("[data-cc-no-details]").content.cloneNode(true));
      details.removeAttribute("data-open");
      details.removeAttribute("data-address");
      current = "";
      return mark();
    }
    details.outerHTML = await answer.text();
    const fresh = document.getElementById("details");
    htmx.process(fresh);
    fresh.toggleAttribute("data-open", wasOpen);
  });
});

// --- keyboard ---------------------------------------------------------------------------------------------------------

shelf.addEventListener("keydown", (event) => {
  const row = rowOf(event.target);
  if (event.key === "Escape" && event.target.closest("#details")) shelf.querySelector("[data-cc-shut]")?.click();
  if (!row || event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    const all = rows();
    all[all.indexOf(row) + step]?.querySelector(".listing__name").focus();
  } else if (event.key === " ") {
    boxOf(row).click();
  } else if (event.key === "Delete") {
    send(shelf.dataset.delete, itemsOf(row));
  } else return;
  event.preventDefault();
});

// --- dragging rows ------------------------------------------------------------------------------------------------------

/** What is dragged with a row: all that is selected, if the row is. */
function itemsOf(row) {
  const checked = rows().filter((each) => boxOf(each).checked);
  return (checked.includes(row) ? checked : [row]).map((each) => each.dataset.ccRow);
}

function send(path, items, values = {}) {
  htmx.ajax("POST", path, { source: shelf, swap: "none", values: { item: items, ...values } });
}

let dragged = [];

shelf.addEventListener("dragstart", (event) => {
  const row = rowOf(event.target);
  if (!row) return;
  dragged = itemsOf(row);
  event.dataTransfer.setData(OURS, dragged.join(" "));
  event.dataTransfer.effectAllowed = "move";
  shelf.toggleAttribute("data-dragging", true);
});

shelf.addEventListener("dragend", () => {
  dragged = [];
  shelf.removeAttribute("data-dragging");
  over(null);
});

const isOurs = (event) => event.dataTransfer?.types.includes(OURS);

/** Where the dragged rows may fall: a folder that is not one of them. */
function placeUnder(event) {
  const place = event.target.closest?.("[data-cc-drop]");
  return place && !dragged.includes(place.dataset.ccRow) ? place : null;
}

function over(place) {
  for (const each of shelf.querySelectorAll("[data-over]")) if (each !== place) each.removeAttribute("data-over");
  place?.setAttribute("data-over", "");
}

shelf.addEventListener("dragover", (event) => {
  if (!isOurs(event)) return;
  const place = placeUnder(event);
  over(place);
  if (place) event.preventDefault();
});

shelf.addEventListener("drop", (event) => {
  const place = isOurs(event) && placeUnder(event);
  if (!place) return;
  event.preventDefault();
  send(shelf.dataset.move, dragged, { to: place.dataset.ccDrop });
});
