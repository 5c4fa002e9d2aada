// Choosing stored files: <button data-cc-pick-files="/files/picker/"> opens a dialog with folders and search. What was chosen
// arrives as the event `files:chosen` at that button (it bubbles), with detail.files = [{ id, name, size, ending }].
import "./dialogs.js";

let dialog;
let opener;
const chosen = new Map(); // id → what the event tells of the file

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-cc-pick-files]");
  if (button) open(button);
  else if (event.target.closest("[data-cc-attach]")) handOver();
});

function open(button) {
  opener = button;
  chosen.clear();
  dialog ??= make();
  dialog.replaceChildren();
  dialog.showModal();
  htmx.ajax("GET", button.dataset.ccPickFiles, { target: dialog, swap: "innerHTML" });
}

function make() {
  const made = document.createElement("dialog");
  made.className = "dialog dialog--picker";
  made.id = "file-picker";
  made.setAttribute("aria-labelledby", "file-picker-title");
  made.addEventListener("change", note);
  // Another folder: what was chosen there before stays chosen.
  made.addEventListener("htmx:afterSettle", show);
  document.body.append(made);
  return made;
}

function note({ target }) {
  const { ccFile: id, name, size, ending } = target.dataset;
  if (!id) return;
  if (target.checked) chosen.set(id, { id: Number(id), name, size, ending });
  else chosen.delete(id);
  show();
}

function show() {
  for (const box of dialog.querySelectorAll("[data-cc-file]")) box.checked = chosen.has(box.dataset.ccFile);
  const sum = dialog.querySelector("[data-cc-chosen]");
  if (!sum) return;
  const { none, some } = sum.dataset;
  sum.textContent = chosen.size ? `${some} ${chosen.size}` : none;
  dialog.querySelector("[data-cc-attach]").disabled = !chosen.size;
}

function handOver() {
  const files = [...chosen.values()];
  dialog.close();
  opener.dispatchEvent(new CustomEvent("files:chosen", { bubbles: true, detail: { files } }));
}
