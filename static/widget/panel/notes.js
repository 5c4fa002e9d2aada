// The quiet lines above and below the conversation: connection lost and back, too fast, too long.
import { button, byId, icon, make } from "./dom.js";
import { t } from "./texts.js";

const GRACE = 1500; // a blink of the connection is nobody's business
const BACK = 3000;
const note = byId("note");
const hint = byId("hint");
let lostSince = 0;
let shownLost = false;
let backUntil = 0;

function say(place, text, iconName, warning, action) {
  if (place.said === text) return;
  place.said = text;
  place.replaceChildren();
  if (!text) return;
  const line = make("div", warning ? "note warn" : "note", icon(iconName), make("span", "", text));
  if (action) line.append(action);
  place.append(line);
}

export function connection(transport, allSent) {
  const now = Date.now();
  if (transport.state === "lost") {
    lostSince ||= now;
    backUntil = 0;
    if (now - lostSince < GRACE) return;
    shownLost = true;
    const seconds = Math.ceil((transport.retryAt - now) / 1000);
    const text = seconds > 1 ? t("lostIn", { n: seconds }) : t("lost");
    if (note.said === text) return;
    // Only the first words are read aloud, not every second of the countdown.
    note.ariaLive = note.said ? "off" : "polite";
    say(note, text, "off", true, button("a", t("reconnect"), () => transport.wake()));
  } else if (transport.state === "open") {
    lostSince = 0;
    if (shownLost) backUntil = now + BACK;
    shownLost = false;
    if (backUntil) note.ariaLive = "polite";
    say(note, now < backUntil ? t(allSent ? "backSent" : "back") : "", "ok");
  }
}

export function composer(seconds, length, limit) {
  if (seconds) say(hint, t("tooFast", { n: seconds }), "clock", true);
  else if (length > limit) say(hint, t("tooLong", { n: length.toLocaleString() }), "warn", true);
  else say(hint, "");
}
