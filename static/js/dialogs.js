// Dialogs: <button data-cc-dialog="transfer"> opens <dialog id="transfer">; data-cc-close closes the dialog or popover around it;
// a form with data-cc-close-on-success closes its dialog when the server took it. Escape, the focus inside and its way back
// are the browser's own.

function close(layer) {
  if (layer?.matches("dialog")) layer.close();
  else layer?.hidePopover?.();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-cc-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.ccDialog);
    if (!dialog.open) dialog.showModal();
  } else if (event.target.closest("[data-cc-close]")) {
    // After the button has done its own work: htmx forgets who submitted a form when the focus leaves it.
    setTimeout(close, 0, event.target.closest("dialog, [popover]"));
  } else if (event.target.matches("dialog:modal") && outside(event)) {
    close(event.target);
  }
});

/** A click on the backdrop has the dialog as its target but lies outside its box. */
function outside(event) {
  const box = event.target.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

document.body.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("[data-cc-close-on-success]");
  // 422 comes with the errors to show in the open dialog.
  if (form && event.detail.successful && event.detail.xhr.status < 300) close(form.closest("dialog, [popover]"));
});
