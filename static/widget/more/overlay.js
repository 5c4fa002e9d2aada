// What stands over the panel: a sheet from below, or a page. Everything else rests meanwhile; Escape goes back.
import { byId, make } from "../panel/dom.js";

const tray = byId("tray");
let shown = null;

function rest(on) {
  for (const part of document.querySelector(".panel").children) if (part !== tray) part.inert = on;
}

function onKey(event) {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  closeOverlay();
}

export function closeOverlay() {
  if (!shown) return;
  const { elements, opener } = shown;
  shown = null;
  rest(false);
  for (const element of elements) element.remove();
  opener?.focus();
}

// `opener` gets the focus back; with `veiled` the rest is seen behind, and a press on it closes.
export function openOverlay(element, { opener, veiled }) {
  closeOverlay();
  const elements = [element];
  if (veiled) {
    const veil = make("div", "veil");
    veil.onclick = closeOverlay;
    elements.unshift(veil);
  }
  shown = { elements, opener };
  element.addEventListener("keydown", onKey);
  tray.append(...elements);
  rest(true);
  (element.querySelector("input") ?? element.querySelector("button")).focus();
}
