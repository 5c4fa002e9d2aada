// The conversation by e-mail: a page over the panel that asks for the address.
import { button, byId, icon, make } from "../panel/dom.js";
import * as store from "../panel/store.js";
import { learn, t } from "../panel/texts.js";
import { current } from "../panel/visitor.js";
import { closeOverlay, openOverlay } from "./overlay.js";

learn({
  back: ["Wstecz", "Back"],
  transcript: ["Zapis rozmowy", "Transcript"],
  transcriptWhere: ["Na jaki adres wysłać zapis?", "Where shall we send the transcript?"],
  transcriptWhat: ["Cała rozmowa, z plikami jako odnośnikami ważnymi 30 dni.", "The whole conversation, with files as links that work for 30 days."],
  transcriptSend: ["Wyślij zapis", "Send transcript"],
  transcriptSent: ["Zapis jest w drodze", "The transcript is on its way"],
  transcriptTo: ["Wysyłamy go na {email}. Zwykle dociera w ciągu minuty.", "We are sending it to {email}. It usually arrives within a minute."],
  transcriptFailed: ["Nie udało się wysłać. Spróbuj ponownie.", "It was not sent. Try again."],
  transcriptBack: ["Wróć do rozmowy", "Back to the conversation"],
});

function page(content) {
  const back = button("ib", "", closeOverlay);
  back.append(icon("back"));
  back.ariaLabel = t("back");
  const bar = make("header", "bar", back, make("div", "", make("b", "", t("transcript"))));
  const whole = make("section", "cover", bar, content);
  whole.role = "dialog";
  whole.ariaLabel = t("transcript");
  return whole;
}

export function transcript(beside) {
  const [label, input, error] = [make("label", "", t("email")), make("input"), make("em")];
  Object.assign(input, { id: "to", name: "to", type: "email", autocomplete: "email", maxLength: 254 });
  input.value = store.get("address") ?? beside.asking.state.details.email;
  label.htmlFor = "to";
  error.id = "to-error";
  input.setAttribute("aria-describedby", "to-error");
  const submit = make("button", "btn", icon("mail"), t("transcriptSend"));
  const form = make("form", "page", make("h2", "", t("transcriptWhere")), make("p", "", t("transcriptWhat")), make("div", "f", label, input, error), submit);
  form.noValidate = true;
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (submit.disabled) return;
    submit.disabled = true;
    const problem = await ask(beside, input.value.trim());
    submit.disabled = false;
    error.textContent = problem;
    input.setAttribute("aria-invalid", Boolean(problem));
    if (problem) input.focus();
    else done(form, input.value.trim());
  };
  openOverlay(page(form), { opener: byId("menu") });
}

function done(form, email) {
  store.set("address", email);
  const heading = make("h2", "", t("transcriptSent"));
  heading.tabIndex = -1;
  const sign = make("span", "ok", icon("ok"));
  form.className = "page mid";
  form.replaceChildren(sign, heading, make("p", "", t("transcriptTo", { email })), button("btn q", t("transcriptBack"), closeOverlay));
  heading.focus();
}

// What is wrong, or nothing.
async function ask(beside, email) {
  try {
    const response = await fetch(`/widget/${beside.key}/transcript`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      credentials: "omit",
      body: JSON.stringify({ ...beside.hello(), token: current(), conversation: beside.conversation()?.id, email }),
    });
    if (response.ok) return "";
    const answer = await response.json();
    return answer.errors?.email || answer.message || t("transcriptFailed");
  } catch {
    return t("transcriptFailed");
  }
}
