// Short messages at the bottom of the page. They come with the page (Django's messages), from the server's answers
// (contactcenter/htmx.py sends the event "toast"), and from other modules.

const STAYS = 8000;
const MOST = 3;

/** Show a message. `undo`: an address that takes the change back when posted to; `leadsTo`: where there is more to see; `stays`:
 * until somebody dismisses it. */
export function toast(message, { undo = "", leadsTo = "", stays = false } = {}) {
  const place = document.querySelector("[data-cc-toasts]");
  const template = document.getElementById("toast");
  if (!message || !place || !template) return;
  const element = template.content.firstElementChild.cloneNode(true);
  element.querySelector("p").textContent = message;
  const button = element.querySelector("[data-cc-undo]");
  if (undo) button.dataset.ccUndo = undo;
  else button.remove();
  const link = element.querySelector("[data-cc-leads]");
  if (leadsTo) link.href = leadsTo;
  else link.remove();
  makeRoom(place, message, undo);
  place.append(element);
  if (stays) element.dataset.ccStays = "";
  else leaveInTime(element);
}

/** Nobody reads a pile: the same said again takes the place of what it repeats, and the oldest goes. */
function makeRoom(place, message, undo) {
  const shown = [...place.querySelectorAll(":scope > .toast")];
  const again = undo ? null : shown.find((one) => one.querySelector("p").textContent === message && !one.querySelector("[data-cc-undo]"));
  const rest = shown.filter((one) => one !== again && !("ccStays" in one.dataset));
  again?.remove();
  for (const one of rest.slice(0, Math.max(0, rest.length - MOST + 1))) one.remove();
}

function leaveInTime(element) {
  let timer;
  const start = () => (timer = setTimeout(() => element.remove(), STAYS));
  const hold = () => clearTimeout(timer);
  // Whoever reads it or is about to press undo has all the time they want.
  for (const name of ["pointerenter", "focusin"]) element.addEventListener(name, hold);
  for (const name of ["pointerleave", "focusout"]) element.addEventListener(name, start);
  start();
}

document.addEventListener("click", (event) => {
  const undo = event.target.closest("[data-cc-undo]");
  if (undo) htmx.ajax("POST", undo.dataset.ccUndo, { source: document.body, swap: "none" });
  if (undo || event.target.closest("[data-cc-dismiss]")) event.target.closest(".toast")?.remove();
});

document.body.addEventListener("toast", (event) => toast(event.detail.text, event.detail));

for (const element of document.querySelectorAll("[data-cc-toasts] > .toast")) leaveInTime(element);
