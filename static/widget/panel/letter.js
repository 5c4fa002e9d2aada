// The letter box for when nobody is there: a form whose answer goes to an e-mail address.
import { byId, icon, make } from "./dom.js";
import { newId } from "./outbox.js";
import { t } from "./texts.js";

const form = byId("letter");
const note = byId("letter-note");
const fields = ["email", "name", "text"].map(byId);
const [email, name, text] = fields;
let id = newId();

export const isTouched = () => fields.some((field) => field.value);
export const focus = () => (fields.find((field) => !field.value) ?? email).focus();

export function suggest(draft) {
  text.value ||= draft;
}

function showErrors(errors) {
  let first;
  for (const field of fields) {
    const message = errors[field.name] ?? "";
    byId(`${field.name}-error`).textContent = message;
    field.setAttribute("aria-invalid", Boolean(message));
    if (message) first ??= field;
  }
  first?.focus();
  return Boolean(first);
}

function check() {
  const errors = {};
  if (!email.value.trim()) errors.email = t("needEmail");
  else if (!/^\S+@[^\s@]+\.[^\s@.]+$/.test(email.value.trim())) errors.email = t("badEmail");
  if (!text.value.trim()) errors.text = t("needText");
  return errors;
}

function warn(message) {
  note.replaceChildren(...(message ? [make("p", "note warn", icon("warn"), make("span", "", message))] : []));
}

// `where` is the address of the form, `extra()` who and where the visitor is, `stored` is told when it is safe.
export function start({ where, extra, stored }) {
  const button = form.querySelector("button");
  form.addEventListener("input", (event) => {
    byId(`${event.target.name}-error`).textContent = "";
    event.target.removeAttribute("aria-invalid");
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    warn("");
    if (showErrors(check()) || button.disabled) return;
    button.disabled = true;
    const letter = { id, email: email.value.trim(), name: name.value.trim(), text: text.value.trim() };
    try {
      const response = await fetch(where, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        credentials: "omit",
        body: JSON.stringify({ ...extra(), ...letter }),
      });
      if (response.status !== 422 && !response.ok) throw new Error();
      const answer = await response.json();
      if (answer.errors) {
        if (!showErrors(answer.errors)) throw new Error();
        return;
      }
      id = newId();
      text.value = "";
      stored(answer.token, letter.email);
    } catch {
      // In doubt the same id goes again, which is harmless.
      warn(t("letterFailed"));
    } finally {
      button.disabled = false;
    }
  });
}
