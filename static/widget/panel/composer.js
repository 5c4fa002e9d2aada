// Where the visitor writes. The draft outlives a reload.
import { byId } from "./dom.js";
import { get, remove, set } from "./store.js";

export const LIMIT = 10000;
const TYPING_EVERY = 3000;
const form = byId("composer");
const field = byId("message");
const send = byId("send");
let saidTyping = 0;
let handlers;

export const draft = () => field.value;
export const length = () => Array.from(field.value.trim()).length;
export const focus = () => field.focus();

export function enable(allowed) {
  const count = length();
  send.disabled = !allowed || count === 0 || count > LIMIT;
}

export function setDraft(text) {
  field.value = text;
  grow();
}

// At the cursor, as if it had been typed.
export function insert(sign) {
  field.setRangeText(sign, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  typed();
}

function grow() {
  field.style.height = "auto";
  field.style.height = `${Math.min(132, Math.max(38, field.scrollHeight))}px`;
}

function typed() {
  grow();
  if (field.value) set("draft", field.value);
  else remove("draft");
  const now = Date.now();
  if (!field.value && saidTyping) {
    saidTyping = 0;
    handlers.typing(false);
  } else if (field.value.trim() && now - saidTyping > TYPING_EVERY) {
    saidTyping = now;
    handlers.typing(true);
  }
  handlers.changed();
}

export function start(options) {
  handlers = options;
  setDraft(get("draft") ?? "");
  field.addEventListener("input", typed);
  field.addEventListener("keydown", (event) => {
    // 229: an input method is composing, also where browsers forget to say so.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!send.disabled) form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (send.disabled) return;
    const text = field.value;
    setDraft("");
    typed();
    focus();
    handlers.send(text);
  });
}
