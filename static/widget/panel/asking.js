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
  // A question that people take over asks anew, at the end of what the chatbot said.
  if (required ? state.step === "given" && !going : state.step === "ask" && !going) state.step = "";
  const due = going ? ask && get("asked") !== id : required && ask && key;
  if (due && !state.step) Object.assign(state, { step: "ask", after: key });
  // What was given stands where it was asked, also after a reload.
  if (!state.step && !required && get("given")) Object.assign(state, { step: "given", after: get("given") });
  const stands = state.step === "given" || going || (required && key);
  return state.step && stands && { element, after: state.after, only: state.step === "given" };
}

export function given() {
  if (state.step === "page") state.step = "";
  else {
    state.step = "given";
    set("given", state.after);
    set("asked", asked);
  }
}

// The visitor wants to put it right.
export const edit = (after) => Object.assign(state, { step: "form", after });

export function decline() {
  if (state.details.required) state.step = "no";
  else {
    state.step = "";
    set("asked", asked);
  }
}
