// The keyboard of role="menu" in a popover: arrows, Home, End, letters; Tab leaves. Escape and focus back to the opener are the
// browser's own.

const TYPING_PAUSE = 600;
let typed = "";
let typedAt = 0;

const itemsOf = (menu) => [...menu.querySelectorAll('[role^="menuitem"]:not(:disabled, [aria-disabled="true"])')];

function byLetters(items, current, letter) {
  const at = performance.now();
  typed = at - typedAt < TYPING_PAUSE ? typed + letter : letter;
  typedAt = at;
  const starts = (item) => item.textContent.trim().toLocaleLowerCase().startsWith(typed.toLocaleLowerCase());
  // One letter goes on to the next match; more letters may stay where they are.
  const from = typed.length === 1 ? current + 1 : Math.max(current, 0);
  return [...items.slice(from), ...items.slice(0, from)].find(starts);
}

function next(items, current, key) {
  if (key === "ArrowDown") return items[(current + 1) % items.length];
  if (key === "ArrowUp") return items[(current - 1 + items.length) % items.length];
  if (key === "Home") return items[0];
  if (key === "End") return items.at(-1);
  return key.length === 1 && key !== " " ? byLetters(items, current, key) : undefined;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const menu = event.target.closest?.('[role="menu"]');
  if (menu) moveWithin(menu, event);
  else if (event.key === "ArrowDown") openFrom(event);
});

function moveWithin(menu, event) {
  if (event.key === "Tab" && menu.popover) menu.hidePopover();
  const items = itemsOf(menu);
  const target = items.length ? next(items, items.indexOf(document.activeElement), event.key) : undefined;
  if (!target) return;
  // Shortcuts of single letters belong to the page, not to an open menu.
  event.preventDefault();
  event.stopPropagation();
  target.focus();
}

function openFrom(event) {
  const opener = event.target.closest?.('[aria-haspopup="menu"][popovertarget]');
  const menu = opener && document.getElementById(opener.getAttribute("popovertarget"));
  if (!menu || menu.matches(":popover-open")) return;
  event.preventDefault();
  menu.showPopover();
}

document.addEventListener(
  "toggle",
  (event) => {
    if (!event.target.matches('[role="menu"][popover]') || event.newState !== "open") return;
    const items = itemsOf(event.target);
    (items.find((item) => item.ariaChecked === "true") ?? items[0])?.focus();
  },
  true,
);

// What was chosen is chosen: the menu goes, once the item has done its work (see dialogs.js).
document.addEventListener("click", (event) => {
  const menu = event.target.closest('[role^="menuitem"]') && event.target.closest('[role="menu"][popover]');
  if (menu) setTimeout(() => menu.hidePopover(), 0);
});
