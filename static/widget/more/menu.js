// The menu: a sheet from below, with what is rare.
import { button, byId, icon, make } from "../panel/dom.js";
import { learn, t } from "../panel/texts.js";
import * as timeline from "../panel/timeline.js";
import { closeOverlay, openOverlay } from "./overlay.js";
import { isMuted, mute } from "./sound.js";
import { transcript } from "./transcript.js";

learn({
  sound: ["Dźwięk", "Sound"],
  transcriptAsk: ["Wyślij zapis na e-mail", "Send the transcript by e-mail"],
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
  const all = [...event.currentTarget.children];
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
  const sheet = make("div", "sheet", ...items);
  sheet.role = "menu";
  sheet.ariaLabel = t("menu");
  sheet.addEventListener("keydown", onKey);
  openOverlay(sheet, { opener: byId("menu"), veiled: true });
}
