// Writing to the customer or a note: drafts, typing, sending, and what was written but is not stored yet.
import { now } from "./clock.js";
import { onContent, text } from "./dom.js";
import { randomId } from "./ids.js";
import { makeLine } from "./lines.js";
import { again, drop, put, waiting } from "./outbox.js";
import { openConversation } from "./freshness.js";
import { tell } from "./socket.js";

const TYPING_EVERY = 3000;
const TYPING_ENDS = 5000;
let toldAt = 0;
let stopTyping = 0;

const composer = () => document.getElementById("composer");
const draftKey = (conversation) => `draft:${conversation}`;
const agent = () => Number(document.getElementById("counters")?.dataset.agent);

// --- drafts ------------------------------------------------------------------------------------------------------

function restore() {
  const form = composer();
  if (!form || form.dataset.ready) return;
  form.dataset.ready = "";
  const draft = JSON.parse(sessionStorage.getItem(draftKey(form.dataset.conversation)) ?? "null");
  if (draft) {
    form.elements.text.value = draft.text;
    const kind = form.querySelector(`[name="kind"][value="${draft.kind}"]`);
    if (kind) kind.checked = true;
  }
  showMode(form);
}

function remember(form) {
  const { conversation } = form.dataset;
  const draft = { text: form.elements.text.value, kind: form.elements.kind.value };
  if (draft.text || draft.kind === "note") sessionStorage.setItem(draftKey(conversation), JSON.stringify(draft));
  else sessionStorage.removeItem(draftKey(conversation));
}

function showMode(form) {
  const field = form.elements.text;
  field.placeholder = field.dataset[form.elements.kind.value];
}

// --- typing ------------------------------------------------------------------------------------------------------

function tellTyping(form) {
  const on = form.elements.kind.value === "reply" && form.elements.text.value.trim() !== "";
  clearTimeout(stopTyping);
  if (!on) {
    endTyping();
    return;
  }
  if (performance.now() - toldAt > TYPING_EVERY) {
    toldAt = performance.now();
    tell("typing", { conversation: Number(form.dataset.conversation), on: true });
  }
  stopTyping = setTimeout(endTyping, TYPING_ENDS);
}

function endTyping() {
  if (!toldAt) return;
  toldAt = 0;
  const conversation = openConversation();
  if (conversation) tell("typing", { conversation, on: false });
}

// --- sending -----------------------------------------------------------------------------------------------------

function complain(form, words) {
  const place = form.querySelector("#composer-error");
  place.textContent = words;
  place.hidden = !words;
  form.elements.text.toggleAttribute("aria-invalid", Boolean(words));
}

function submit(form) {
  const words = form.elements.text.value.trim();
  if (!words) {
    complain(form, text("empty-text"));
    form.elements.text.focus();
    return;
  }
  complain(form, "");
  const conversation = Number(form.dataset.conversation);
  put({ id: randomId(), conversation, kind: form.elements.kind.value, text: words, at: new Date(now()).toISOString() });
  form.elements.text.value = "";
  remember(form);
  endTyping();
  form.elements.text.focus();
  document.querySelector(".pane__scroll--end")?.scrollTo({ top: 0 });
}

// --- what is not stored yet --------------------------------------------------------------------------------------

function showUnsent() {
  const list = document.getElementById("unsent");
  if (!list) return;
  const items = waiting().filter((item) => item.conversation === openConversation());
  list.replaceChildren(...items.map(unsentLine).filter(Boolean));
}

function unsentLine(item) {
  const kind = item.kind === "note" ? "note" : "message";
  const line = makeLine({ ...item, kind, by: "agent", author: agent(), name: "" }, agent());
  if (!line) return null;
  line.dataset.id = item.id;
  line.querySelector(".entry__by").remove();
  line.querySelector(".entry__state")?.remove();
  const state = document.createElement("span");
  state.className = item.refused || item.late ? "entry__state entry__state--failed" : "entry__state";
  state.textContent = item.refused ? item.refused : text(item.late ? "unsent" : "sending");
  line.append(state);
  if (item.refused || item.late) line.append(document.getElementById("unsent-actions").content.cloneNode(true));
  return line;
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("#composer");
  if (!form) return;
  complain(form, "");
  showMode(form);
  remember(form);
  tellTyping(form);
});
document.addEventListener("submit", (event) => {
  if (event.target.id !== "composer") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  submit(event.target);
}, true);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.closest("#composer")) return;
  event.preventDefault();
  composer().requestSubmit();
});
document.addEventListener("click", (event) => {
  const id = event.target.closest("#unsent [data-id]")?.dataset.id;
  if (!id) return;
  if (event.target.closest("[data-again]")) again(id);
  else if (event.target.closest("[data-drop]")) drop(id);
});
document.body.addEventListener("outbox.changed", showUnsent);
onContent(() => {
  restore();
  showUnsent();
});
