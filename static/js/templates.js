// Templates in the composer: a slash at the beginning of a word opens the list, what is typed on narrows it, Enter inserts.
//
// The company's and one's own templates for the conversation come at once, variables filled in, when somebody begins to write;
// narrowing them down happens here: nothing waits for the network between two letters, and Enter right after the last letter
// takes what that letter found. docs/templates.md
import { fold, onContent, text } from "./dom.js";

const SHOWN = 8;
const LONGEST_QUERY = 40;
const PREVIEW = 160;
// Colleagues may have changed something since; where nothing came, one looks again sooner.
const FRESH = 30_000;
const RETRY = 2000;

let known = { address: "", at: -FRESH, templates: null, failed: false };
let open = null; // {start, from}: where the text goes, and where what is searched for begins
let matches = [];
let chosen = 0;
let refused = -1; // the slash whose list was closed by hand
let inserting = false;

const field = () => document.getElementById("composer-text");
const place = () => document.getElementById("template-list");

// --- what there is -----------------------------------------------------------------------------------------------

async function load() {
  const address = place()?.dataset.from;
  if (!address) return;
  if (known.address !== address) known = { address, at: -FRESH, templates: null, failed: false };
  if (performance.now() - known.at < FRESH) return;
  known.at = performance.now();
  let templates = null;
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    if (answer.ok) ({ templates } = await answer.json());
  } catch {
    // No network: what was there before still is.
  }
  if (known.address !== address) return;
  known.failed = !templates;
  if (templates) known.templates = templates.map(prepared);
  if (!templates?.length) known.at = performance.now() - FRESH + RETRY;
  if (open) show();
}

const prepared = (template) => ({ ...template, folded: fold(template.title) });

/** How well a template matches, the less the better; undefined: not at all. */
function rank({ shortcut, folded }, query) {
  const ranks = [
    shortcut === query,
    shortcut.startsWith(query),
    folded.startsWith(query),
    folded.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(query)),
    shortcut.includes(query) || folded.includes(query),
  ];
  const found = ranks.indexOf(true);
  return found < 0 ? undefined : found;
}

function search(query) {
  const words = fold(query).trim();
  return (known.templates ?? [])
    .map((template) => ({ template, rank: words ? rank(template, words) : 0 }))
    .filter((found) => found.rank !== undefined)
    .sort((one, other) => one.rank - other.rank) // stable: one's own first, then by title, as they came
    .map((found) => found.template);
}

// --- the list ----------------------------------------------------------------------------------------------------

function query() {
  const { value, selectionStart } = field();
  return value.slice(open.from, selectionStart);
}

function show() {
  const words = query();
  const found = search(words);
  // Whoever types on past a space and finds nothing writes a sentence.
  if (!found.length && /\s/.test(words)) {
    close();
    return;
  }
  matches = found.slice(0, SHOWN);
  place().querySelector("[role=listbox]").replaceChildren(...matches.map(option));
  say(found.length);
  place().hidden = false;
  field().setAttribute("aria-controls", "template-options");
  document.querySelector("[data-cc-templates]")?.setAttribute("aria-expanded", "true");
  choose(0);
}

function option(template, number) {
  const element = document.getElementById("template-option").content.firstElementChild.cloneNode(true);
  element.id = `template-option-${number}`;
  element.querySelector("[data-title]").textContent = template.title;
  element.querySelector("kbd").textContent = `/${template.shortcut}`;
  element.querySelector(".menu__sub").textContent = template.text.slice(0, PREVIEW);
  element.querySelector("[data-own]").hidden = !template.is_own;
  const language = element.querySelector("[data-language]");
  language.textContent = template.language;
  language.hidden = !template.language;
  return element;
}

/** The quiet line under the options, and what a screen reader is told. */
function say(count) {
  const none = known.templates && !known.templates.length;
  let line = "";
  if (!known.templates) line = text(known.failed ? "templates-failed" : "templates-loading");
  else if (!none && !count) line = text("templates-no-match");
  else if (count > SHOWN) line = text("templates-more").replace("%(count)s", count - SHOWN);
  const note = place().querySelector("[data-note]");
  note.textContent = line;
  note.hidden = !line;
  place().querySelector("[data-none]").hidden = !none;
  const status = none ? place().querySelector("[data-none]").textContent : text("templates-found").replace("%(count)s", count);
  document.getElementById("template-status").textContent = count ? status : line || status;
}

function choose(number) {
  chosen = number;
  const options = [...place().querySelectorAll("[role=option]")];
  options.forEach((element, index) => element.setAttribute("aria-selected", String(index === number)));
  options[number]?.scrollIntoView({ block: "nearest" });
  if (options.length) field().setAttribute("aria-activedescendant", options[number].id);
  else field().removeAttribute("aria-activedescendant");
}

function close() {
  open = null;
  if (!place()) return;
  place().hidden = true;
  document.getElementById("template-status").textContent = "";
  document.querySelector("[data-cc-templates]")?.setAttribute("aria-expanded", "false");
  for (const name of ["aria-controls", "aria-activedescendant"]) field().removeAttribute(name);
}

/** Put the text where the slash was, as if it had been typed: it can be undone, and drafts learn of it. */
function insert(template) {
  const { start } = open;
  const end = field().selectionStart;
  close();
  field().focus();
  field().setSelectionRange(start, end);
  inserting = true;
  if (!document.execCommand("insertText", false, template.text)) {
    field().setRangeText(template.text, start, end, "end");
    field().dispatchEvent(new Event("input", { bubbles: true }));
  }
  inserting = false;
  field().scrollTop = field().scrollHeight;
}

// --- what the agent does -----------------------------------------------------------------------------------------

/** Open, narrow or close the list after something was typed or the caret has moved. */
function follow() {
  const { value, selectionStart, selectionEnd } = field();
  const before = value.slice(0, selectionStart);
  const slash = /(?:^|\s)\/((?:[^\s/][^\n/]*)?)$/.exec(before);
  const start = slash ? before.length - slash[1].length - 1 : -1;
  if (slash && selectionStart === selectionEnd && slash[1].length <= LONGEST_QUERY) {
    if (start === refused) return;
    open = { start, from: start + 1 };
  } else {
    refused = -1;
    // Opened by the button, there is no slash: everything typed since then counts.
    const typed = open && open.start === open.from && selectionStart >= open.start ? query() : "\n";
    if (typed.includes("\n") || typed.length > LONGEST_QUERY) {
      if (open) close();
      return;
    }
  }
  load();
  show();
}

function onKey(event) {
  if (!open || event.target !== field() || event.isComposing) return;
  if (event.ctrlKey || event.metaKey || event.altKey) {
    // Ctrl+Enter sends what is written.
    if (event.key === "Enter") close();
    return;
  }
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key === "Escape") {
    refused = open.start;
    close();
  } else if (event.key in steps && matches.length) {
    choose((chosen + steps[event.key] + matches.length) % matches.length);
  } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && matches.length) {
    insert(matches[chosen]);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

function onButton() {
  if (open) {
    close();
    return;
  }
  // A finger wants to see the list, not the keyboard over it.
  if (!matchMedia("(pointer: coarse)").matches) field().focus();
  const at = field().selectionStart;
  field().setSelectionRange(at, at);
  open = { start: at, from: at };
  load();
  show();
}

const inComposer = (event) => event.target === field();

document.addEventListener("focusin", (event) => inComposer(event) && load());
document.addEventListener("input", (event) => inComposer(event) && !inserting && !event.isComposing && follow());
document.addEventListener("compositionend", (event) => inComposer(event) && follow());
document.addEventListener("keydown", onKey, true);
document.addEventListener("keyup", (event) => {
  if (open && inComposer(event) && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) follow();
});
document.addEventListener("focusout", (event) => {
  if (open && inComposer(event) && !place().contains(event.relatedTarget)) close();
});
document.addEventListener("mousedown", (event) => {
  // The focus stays in the text while one presses something of the list.
  if (event.target.closest("#template-list, [data-cc-templates]")) event.preventDefault();
  else if (open && !inComposer(event)) close();
});
document.addEventListener("click", (event) => {
  const element = event.target.closest("#template-list [role=option]");
  if (element) insert(matches[[...element.parentElement.children].indexOf(element)]);
  else if (event.target.closest("[data-cc-templates]")) onButton();
  else if (open && inComposer(event)) follow();
});
document.addEventListener("pointermove", (event) => {
  const element = event.target.closest("#template-list [role=option]");
  if (element) choose([...element.parentElement.children].indexOf(element));
});
// The browser brings the page back as it was, from the settings perhaps.
addEventListener("pageshow", (event) => event.persisted && (known.at = -FRESH));
// Another conversation's composer.
onContent(() => {
  if (open && place()?.hidden !== false) open = null;
});
