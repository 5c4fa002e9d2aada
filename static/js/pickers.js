// Looking for something to link to a form: <div data-cc-picker="/where/to/ask/"> holds a hidden field [data-cc-picked], the card
// of what was chosen, and a combobox. The server answers with options whose first element is the card.
import { onContent } from "./dom.js";

const PAUSE = 200;

function setUp(picker) {
  if (picker.dataset.ccReady) return;
  picker.dataset.ccReady = "1";
  const field = picker.querySelector("[data-cc-picked]");
  const card = picker.querySelector("[data-cc-card]");
  const look = picker.querySelector("[data-cc-look]");
  const input = look.querySelector("input");
  const list = look.querySelector('[role="listbox"]');
  let timer = 0;
  let asked = 0;
  // What is listed answers an earlier question than the one that is typed.
  let stale = false;

  const options = () => [...list.querySelectorAll('[role="option"]')];
  const active = () => document.getElementById(input.getAttribute("aria-activedescendant") ?? "");

  function close() {
    clearTimeout(timer);
    asked += 1;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function point(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  async function ask() {
    const mine = (asked += 1);
    const query = new URLSearchParams({ q: input.value });
    const answer = await fetch(`${picker.dataset.ccPicker}?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    const html = answer?.ok && !answer.redirected ? await answer.text() : null;
    if (mine !== asked || html === null) return;
    list.innerHTML = html;
    stale = false;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    input.removeAttribute("aria-activedescendant");
    list.scrollIntoView({ block: "nearest" });
  }

  function choose(option) {
    field.value = option.dataset.value;
    card.querySelector("[data-cc-face]").replaceChildren(option.firstElementChild.cloneNode(true));
    card.hidden = false;
    look.hidden = true;
    input.value = "";
    close();
    card.querySelector("[data-cc-unpick]").focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function move(step) {
    const found = options();
    if (!found.length || stale) return;
    const at = found.indexOf(active());
    point(found[at < 0 ? (step > 0 ? 0 : found.length - 1) : (at + step + found.length) % found.length]);
  }

  input.addEventListener("focus", () => list.hidden && ask());
  input.addEventListener("input", (event) => {
    // What is being looked for is no part of the form.
    event.stopPropagation();
    clearTimeout(timer);
    stale = true;
    input.removeAttribute("aria-activedescendant");
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("blur", () => setTimeout(() => look.contains(document.activeElement) || close(), 100));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) ask();
      else move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!list.hidden && !stale && active()) choose(active());
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  // Before the field loses the focus, and instead of following the card's link.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    event.preventDefault();
    const option = event.target.closest('[role="option"]');
    if (option) choose(option);
  });
  card.querySelector("[data-cc-unpick]").addEventListener("click", () => {
    field.value = "";
    card.hidden = true;
    look.hidden = false;
    input.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

onContent((within) => {
  for (const picker of within.querySelectorAll("[data-cc-picker]")) setUp(picker);
});
