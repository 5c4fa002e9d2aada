// The menu: a sheet from below, with what is rare.
import { button, byId, icon, make } from "../panel/dom.js";
import { learn, t } from "../panel/texts.js";
import * as timeline from "../panel/timeline.js";
import { current } from "../panel/visitor.js";
import { closeOverlay, openOverlay } from "./overlay.js";
import { isMuted, mute } from "./sound.js";
import { transcript } from "./transcript.js";

learn({
  sound: ["Dźwięk", "Sound"],
  transcriptAsk: ["Wyślij zapis na e-mail", "Send the transcript by e-mail"],
  ownData: ["Moje dane", "My data"],
  end: ["Zakończ rozmowę", "End the conversation"],
  endQuestion: ["Zakończyć rozmowę?", "End the conversation?"],
  endNote: ["Zapis zostanie u nas, można go wysłać na e‑mail.", "We keep what was said; you can have it sent to you."],
  endYes: ["Zakończ", "End"],
  endNo: ["Wróć", "Back"],
  endFailed: ["Nie udało się. Spróbuj ponownie za chwilę.", "It did not work. Try again in a moment."],
});

function item(sign, words, role, onClick) {
  const element = button("", "", onClick);
  element.role = role;
  element.append(icon(sign), make("span", "", words));
  return element;
}

// There is something to send once somebody has answered.
export const isAnswered = () => timeline.list().some((entry) => entry.by === "agent" && entry.kind === "message");

function onKey(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll("button")];
  all.at((all.indexOf(document.activeElement) + step) % all.length).focus();
}

export function menu(beside) {
  const sound = item("bell", t("sound"), "menuitemcheckbox", () => {
    mute(!isMuted());
    sound.ariaChecked = !isMuted();
  });
  sound.ariaChecked = !isMuted();
  sound.append(make("i", "sw"));
  const items = [sound];
  if (isAnswered()) {
    items.push(item("mail", t("transcriptAsk"), "menuitem", () => {
      closeOverlay();
      transcript(beside);
    }));
  }
  const last = timeline.list().at(-1);
  const isOpen = last && !["closed", undefined].includes(beside.conversation()?.status);
  if (isOpen) {
    const own = item("user", t("ownData"), "menuitem", () => editData(beside, last));
    own.append(make("small", "", beside.asking.state.details.name));
    items.push(own, make("hr"), item("out", t("end"), "menuitem", () => askToEnd(beside)));
  }
  const sheet = make("div", "sheet", ...items);
  sheet.role = "menu";
  sheet.ariaLabel = t("menu");
  sheet.addEventListener("keydown", onKey);
  openOverlay(sheet, { opener: byId("menu"), veiled: true });
}

// The same card as where they are asked for, at the end of the conversation.
function editData({ asking, changed }, last) {
  closeOverlay();
  asking.edit(last.by === "visitor" && last.id ? last.id : `s${last.seq}`);
  changed();
  setTimeout(() => asking.element.querySelector("input")?.focus());
}

// The only question before something is done.
function askToEnd(beside) {
  const title = make("h2", "", t("endQuestion"));
  const note = make("p", "", t(isAnswered() ? "endNote" : "writeAgain"));
  title.id = "end-question";
  note.setAttribute("role", "status");
  const yes = button("btn", t("endYes"), async () => {
    yes.disabled = true;
    const ended = await end(beside);
    yes.disabled = false;
    if (!ended) {
      note.textContent = t("endFailed");
      return;
    }
    closeOverlay();
    beside.stored(current());
  });
  const sheet = make("div", "sheet sure", title, note, make("div", "row", button("btn q", t("endNo"), closeOverlay), yes));
  sheet.role = "alertdialog";
  sheet.setAttribute("aria-labelledby", title.id);
  openOverlay(sheet, { opener: byId("menu"), veiled: true });
}

async function end(beside) {
  try {
    const response = await fetch(`/widget/${beside.key}/end`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      credentials: "omit",
      body: JSON.stringify({ ...beside.hello(), token: current(), conversation: beside.conversation().id }),
    });
    return response.ok;
  } catch {
    return false;
  }
}
