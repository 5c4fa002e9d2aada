// Name and e-mail, asked inside the conversation; where they are a condition and nothing else is asked, on a page of
// their own before it.
import { button, byId, face, make } from "../panel/dom.js";
import { learn, t } from "../panel/texts.js";

learn({
  askPolitely: ["Wiadomość już do nas dotarła. Czy możemy zadać dwa pytania, żeby móc odpisać także po zamknięciu strony?", "We have your message. May we ask two questions, so that we can answer even after you close this page?"],
  askFirst: ["Twoja wiadomość zostanie wysłana po spełnieniu poniższej prośby: przed rozpoczęciem rozmowy pragniemy zadać Ci dwa pytania o Twoje dane. Po prostu kliknij odpowiedź poniżej.", "Your message will be sent once you have answered: before we talk, we would like to ask you two questions about yourself. Just choose an answer below."],
  ofCourse: ["Oczywiście", "Of course"],
  noThanks: ["Nie, dziękuję", "No, thanks"],
  cannotStart: ["Rozumiemy. Bez imienia i e‑maila nie możemy jednak rozpocząć czatu, bo nie mielibyśmy jak odpisać.", "We understand. Without a name and an e‑mail address we cannot start the chat, though: we would have no way to answer."],
  willGive: ["Podam dane", "I will give them"],
  howToReach: ["Jak się z Tobą skontaktować?", "How can we reach you?"],
  introduce: ["Przedstaw się, proszę", "Please introduce yourself"],
  introduceWhy: ["Dzięki temu odpiszemy także wtedy, gdy zamkniesz tę stronę.", "So that we can answer even after you close this page."],
  ownName: ["Imię", "Name"],
  onlyToAnswer: ["Tylko do odpowiedzi na Twoją wiadomość.", "Only to answer your message."],
  skip: ["Pomiń", "Skip"],
  save: ["Zapisz", "Save"],
  start: ["Zacznij rozmowę", "Start the chat"],
  needName: ["Napisz, jak się do Ciebie zwracać.", "Write what we may call you."],
  givenData: ["Zapisano: {data}", "Saved: {data}"],
  change: ["Zmień", "Change"],
  notSaved: ["Nie udało się zapisać. Spróbuj ponownie za chwilę.", "It was not saved. Try again in a moment."],
});

let shown; // the form that stands there now

function field(name, label, type, autocomplete, value) {
  const input = make("input");
  const error = make("em");
  Object.assign(input, { name, type, autocomplete, value, id: `own-${name}`, maxLength: name === "email" ? 254 : 120 });
  error.id = `own-${name}-error`;
  input.setAttribute("aria-describedby", error.id);
  input.oninput = () => say(name, "");
  const words = make("label", "", label);
  words.htmlFor = input.id;
  return make("div", "f", words, input, error);
}

function say(name, message) {
  const input = shown.elements[name];
  input.setAttribute("aria-invalid", Boolean(message));
  input.nextElementSibling.textContent = message;
  return message && input;
}

// What is wrong with it: both are needed where they are a condition, else one is enough.
function wrong({ name, email }, required) {
  const missing = required || (!name && !email);
  return [
    say("name", !name && missing ? t("needName") : ""),
    say("email", !email && missing ? t("needEmail") : email && !/^\S+@[^\s@]+\.[^\s@.]+$/.test(email) ? t("badEmail") : ""),
  ].find(Boolean);
}

function filled(form, { asking, give }, ...buttons) {
  const { details } = asking.state;
  shown = form;
  form.noValidate = true;
  form.onsubmit = (event) => {
    event.preventDefault();
    const answer = { name: form.elements.name.value.trim(), email: form.elements.email.value.trim() };
    const first = wrong(answer, details.required);
    if (first) first.focus();
    else give(answer);
  };
  return [
    field("name", t("ownName"), "text", "given-name", details.name),
    field("email", t("email"), "email", "email", details.email),
    ...buttons,
  ];
}

const submit = (words) => make("button", "btn", words);

function page(beside) {
  const form = byId("about");
  const title = make("h2", "", t("introduce"));
  title.tabIndex = -1;
  const why = make("p", "", t("introduceWhy"));
  form.replaceChildren(title, why, ...filled(form, beside, make("small", "", t("onlyToAnswer")), submit(t("start"))));
}

function card(beside, go) {
  const form = make("form", "card");
  const { required, name, email } = beside.asking.state.details;
  const skip = button("btn q", t("skip"), () => {
    if (name || email) go("given");
    else {
      beside.asking.decline();
      beside.changed();
    }
  });
  const row = make("div", "row", ...(required ? [] : [skip]), submit(t("save")));
  form.append(make("h3", "", t("howToReach")), ...filled(form, beside, row));
  return form;
}

function bubble({ company }, text, ...choices) {
  const who = make("span", "who", company.name);
  return make("div", "g", face(company), who, make("p", "m", text), make("div", "chips", ...choices));
}

const STEPS = {
  ask: (beside, go) => [bubble(
    beside,
    t(beside.asking.state.details.required ? "askFirst" : "askPolitely"),
    button("", t("ofCourse"), () => go("form")),
    button("", t("noThanks"), () => {
      beside.asking.decline();
      beside.changed();
    }),
  )],
  form: (beside, go) => [card(beside, go)],
  no: (beside, go) => [
    make("div", "g me", make("p", "m", t("noThanks"))),
    bubble(beside, t("cannotStart"), button("", t("willGive"), () => go("form"))),
  ],
  given: ({ asking: { state } }, go) => {
    const data = [state.details.name, state.details.email].filter(Boolean).join(", ");
    return [make("p", "day", `${t("givenData", { data })} · `, button("a", t("change"), () => go("form")))];
  },
};

// Draw the step at which the asking is.
export function questions(beside) {
  const { element, state } = beside.asking;
  if (state.step === "page") {
    page(beside);
    if (document.hasFocus()) shown.elements.name.focus();
    return;
  }
  const go = (step) => {
    state.step = step;
    beside.changed();
  };
  const hadFocus = element.contains(document.activeElement);
  element.replaceChildren(...(STEPS[state.step]?.(beside, go) ?? []));
  if (!hadFocus) return;
  const next = element.querySelector("input, button");
  if (next) next.focus();
}

// The server refused what was given.
export function refuse({ code }) {
  if (!shown?.isConnected) return;
  say("email", code === "bad_email" ? t("badEmail") : t("notSaved")).focus();
}
