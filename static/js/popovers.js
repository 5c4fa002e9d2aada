// Popovers stand at the button that opened them. Browsers place them by CSS (`position-area` on .menu); this module names the
// anchor, since a strict content security policy forbids style attributes, and does the placing where CSS cannot.

const CSS_PLACES = CSS.supports("position-area: block-end") && CSS.supports("anchor-name: --a");
const GAP = 4;

function openerOf(popover) {
  const openers = [...document.querySelectorAll(`[popovertarget="${CSS.escape(popover.id)}"]`)];
  return openers.find((opener) => opener === document.activeElement) ?? openers.find((opener) => opener.offsetParent) ?? openers[0];
}

function anchor(popover, opener) {
  for (const other of document.querySelectorAll(`[popovertarget="${CSS.escape(popover.id)}"]`)) {
    other.style.removeProperty("anchor-name");
  }
  opener.style.setProperty("anchor-name", `--cc-${popover.id}`);
  popover.style.setProperty("position-anchor", `--cc-${popover.id}`);
}

function place(popover, opener) {
  const at = opener.getBoundingClientRect();
  const box = popover.getBoundingClientRect();
  const below = at.bottom + GAP + box.height <= innerHeight || at.top < box.height + GAP;
  const wanted = popover.dataset.at === "start" ? at.left : at.right - box.width;
  const left = Math.max(GAP, Math.min(wanted, innerWidth - box.width - GAP));
  const top = below ? at.bottom + GAP : at.top - box.height - GAP;
  popover.style.setProperty("inset", `${top}px auto auto ${left}px`);
  popover.style.setProperty("margin", "0");
}

// Neither event bubbles.
document.addEventListener(
  "beforetoggle",
  (event) => {
    const popover = event.target;
    if (!popover.matches("[popover][id]") || event.newState !== "open") return;
    const opener = openerOf(popover);
    if (opener && CSS_PLACES) anchor(popover, opener);
  },
  true,
);

document.addEventListener(
  "toggle",
  (event) => {
    const popover = event.target;
    if (!popover.matches("[popover][id]")) return;
    const opener = openerOf(popover);
    const open = event.newState === "open";
    opener?.setAttribute("aria-expanded", String(open));
    if (open && opener && !CSS_PLACES) place(popover, opener);
  },
  true,
);
