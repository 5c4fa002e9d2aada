// What the company wants to know of who writes. The questions themselves come on their first use (more/questions.js).
import { make } from "./dom.js";
import { get, set } from "./store.js";

export const element = make("div", "asks");
// `step`: "ask", "form", "no" or "given", below the entry with the key `after`; "page" before the first message.
export const state = { details: {}, step: "", after: "" };
let asked = "";

export function learn(details) {
  state.details = details;
}

// No conversation begins before the answer.
export const isNeeded = (talking) => state.details.required && !talking;

// Once in a conversation, and not while the chatbot answers.
export function follow(id, going, key) {
  const { ask, required } = state.details;
  asked = id;
  const due = going ? ask && get("asked") !== id : required && ask && key;
  if (due && !state.step) Object.assign(state, { step: "ask", after: key });
  const stands = state.step === "given" || going || (required && key);
  return state.step && stands && { element, after: state.after };
}

export function decline() {
  if (state.details.required) state.step = "no";
  else {
    state.step = "";
    set("asked", asked);
  }
}
