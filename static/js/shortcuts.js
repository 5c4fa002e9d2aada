// Single letters do the frequent things, except while somebody types; they can be switched off in the list of shortcuts.

const OFF = "shortcuts-off";
const click = (selector) => document.querySelector(selector)?.click();

function move(step) {
  const rows = [...document.querySelectorAll(".conv[data-conversation], .hit[data-conversation]")];
  const at = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const row = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  row?.click();
  row?.scrollIntoView({ block: "nearest" });
}

function reply() {
  const form = document.getElementById("composer");
  const mode = form?.querySelector('[name="kind"][value="reply"]');
  if (mode && !mode.checked) mode.click();
  form?.elements.text.focus();
}

function search() {
  const field = document.querySelector('input[type="search"]');
  if (field) field.focus();
  else click("#search-link");
}

const keys = {
  "/": search,
  "?": () => document.getElementById("shortcuts")?.showModal(),
  j: () => move(1),
  k: () => move(-1),
  r: reply,
  p: () => click("#transfer-button"),
  t: () => click("#tag-button"),
};

function busy(target) {
  return target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable], dialog, [popover]");
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeDrawer();
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || busy(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const act = keys[event.key.length === 1 ? event.key.toLowerCase() : ""];
  if (!act || (localStorage.getItem(OFF) && event.key !== "?")) return;
  event.preventDefault();
  act();
});

/** The drawer with the details is opened by an address (#context), so that it works without script. */
function closeDrawer() {
  if (location.hash !== "#context" || document.querySelector("dialog[open], [popover]:popover-open")) return;
  location.hash = "#conversation";
  document.querySelector(".to-context")?.focus();
}

const box = document.querySelector("[data-cc-shortcuts]");
if (box) {
  box.checked = !localStorage.getItem(OFF);
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
}
