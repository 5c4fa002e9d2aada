// After the end of a conversation: stars, a few words, and the way to the transcript.
import { button, icon, make } from "../panel/dom.js";
import { learn, t } from "../panel/texts.js";
import { current } from "../panel/visitor.js";
import { isAnswered } from "./menu.js";
import { drawn } from "./symbols.js";
import { transcript } from "./transcript.js";

learn({
  rate: ["Jak oceniasz tę rozmowę?", "How was this conversation?"],
  rating: ["Ocena", "Rating"],
  stars: ["{n} z 5", "{n} of 5"],
  rate1: ["Bardzo źle", "Very bad"],
  rate2: ["Źle", "Bad"],
  rate3: ["W porządku", "All right"],
  rate4: ["Bardzo dobrze", "Very good"],
  rate5: ["Doskonale", "Excellent"],
  rateWhy: ["Co poszło nie tak?", "What went wrong?"],
  rateMore: ["Chcesz coś dodać?", "Anything to add?"],
  optional: ["(opcjonalnie)", "(optional)"],
  rateSend: ["Wyślij ocenę", "Send rating"],
  rated: ["Dziękujemy za ocenę: {n} z 5", "Thank you for your rating: {n} of 5"],
  change: ["Zmień", "Change"],
  rateFailed: ["Nie udało się wysłać oceny. Spróbuj ponownie.", "The rating was not sent. Try again."],
  transcriptLong: ["Wyślij zapis rozmowy na e-mail", "Send the transcript by e-mail"],
});

export function ending(place, beside) {
  const { rating } = beside.conversation();
  const parts = [];
  if (rating === 0) parts.push(question(place, beside));
  if (rating > 0) {
    const change = button("a", t("change"), () => {
      place.replaceChild(question(place, beside, rating), place.firstChild);
      place.querySelector("[aria-checked=true]").focus();
    });
    parts.push(make("p", "day", t("rated", { n: rating }), " · ", change));
  }
  if (isAnswered()) {
    const ask = button("", "", () => transcript(beside));
    ask.append(icon("mail"), make("span", "", t("transcriptLong")));
    parts.push(make("div", "list", ask));
  }
  place.replaceChildren(...parts);
}

function question(place, beside, before = 0) {
  let chosen = 0;
  const heading = make("h3", "", t("rate"));
  const rest = make("div", "rest");
  const stars = [1, 2, 3, 4, 5].map((n) => {
    const star = button("", "", () => choose(n));
    star.append(icon("star"));
    star.role = "radio";
    star.ariaLabel = t("stars", { n });
    return star;
  });
  const row = make("div", "stars", ...stars);
  row.role = "radiogroup";
  row.ariaLabel = t("rating");
  row.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    choose(Math.min(5, Math.max(1, chosen + step)));
    stars[chosen - 1].focus();
  });

  const [label, words, note] = [make("label"), make("textarea"), make("em")];
  Object.assign(words, { id: "comment", rows: 2, maxLength: 1000, dir: "auto" });
  label.htmlFor = "comment";
  note.setAttribute("role", "alert");
  const submit = button("btn", t("rateSend"), async () => {
    submit.disabled = true;
    const stored = await give(beside, chosen, words.value);
    submit.disabled = false;
    note.textContent = stored ? "" : t("rateFailed");
    if (!stored) return;
    beside.conversation().rating = chosen;
    ending(place, beside);
    place.querySelector(".a")?.focus();
  });

  function choose(n) {
    chosen = n;
    heading.textContent = t(`rate${n}`);
    label.replaceChildren(t(n < 3 ? "rateWhy" : "rateMore"), " ", make("small", "", t("optional")));
    if (!rest.childElementCount) rest.append(make("div", "f", label, words, note), submit);
    draw();
  }

  function draw() {
    stars.forEach((star, index) => {
      star.className = index < chosen ? "y" : "";
      star.ariaChecked = index + 1 === chosen;
      star.tabIndex = index + 1 === (chosen || 1) ? 0 : -1;
    });
  }

  if (before) choose(before);
  else draw();
  return make("div", "card", heading, row, rest);
}

async function give(beside, stars, comment) {
  try {
    const response = await fetch(`/widget/${beside.key}/rating`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      credentials: "omit",
      body: JSON.stringify({ ...beside.hello(), token: current(), conversation: beside.conversation().id, stars, comment }),
    });
    return response.ok;
  } catch {
    return false;
  }
}

export const ready = drawn;
