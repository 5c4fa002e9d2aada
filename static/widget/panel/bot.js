// Below the chatbot's last message: questions to choose from, and the way to people. What is pressed is a message, and
// goes through the outbox like any other.
import { button } from "./dom.js";
import * as sender from "./sender.js";
import { t } from "./texts.js";

export function chips(entry) {
  const questions = entry.bot.suggestions.map(({ id, text }) =>
    button("", text, () => sender.write(text, { command: "bot.choose", suggestion: id })));
  return [...questions, button("more", t("people"), () => sender.write(t("askPeople"), { command: "bot.people" }))];
}
