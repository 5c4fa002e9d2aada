// The sound of offers and messages. Only tabs that may sound stand in line, and the first of them does; Break and Offline hear
// nothing (ST1).
import { dropBanner, raiseBanner } from "./banners.js";
import { now } from "./clock.js";
import { isOnline, onIncoming, ringing } from "./incoming.js";
import { lead } from "./leader.js";
import { allowSound, chime, onSoundState, ring, soundState } from "./tones.js";

// A browser that lets the page sound says so within this time after loading.
const SETTLED = 1500;
let inLine = false;
let leads = false;
let silence = null;
let rung = new Set();
let settled = false;

function ringtone() {
  return document.getElementById("counters")?.dataset.ringtone ?? "long";
}

function stop() {
  silence?.();
  silence = null;
  delete document.documentElement.dataset.ringing;
}

function follow() {
  showBanner();
  const offers = ringing();
  if (!offers.length) {
    stop();
    rung.clear();
    return;
  }
  if (!leads || soundState() !== "allowed") return;
  const fresh = offers.filter(({ offer }) => !rung.has(offer));
  rung = new Set(offers.map(({ offer }) => offer));
  if (!fresh.length) return;
  stop();
  const last = Math.max(...offers.map(({ due }) => due));
  silence = ring(ringtone(), Math.min(30, (last - now()) / 1000));
  document.documentElement.dataset.ringing = ringtone();
}

/** Only somebody who waits for calls misses the sound. */
function showBanner() {
  if (settled && isOnline() && soundState() === "blocked") raiseBanner("sound");
  else dropBanner("sound");
}

/** A message came while nobody was looking (notifications.js decides which). */
export function soundMessage() {
  if (leads && isOnline() && !silence) chime();
}

// --- listening to a ringtone: <button data-cc-ring="long" aria-pressed="false"> ------------------------------------------

const PREVIEW = 7;
let preview = null;

function endPreview() {
  if (!preview) return;
  preview.silence();
  clearTimeout(preview.timer);
  preview.button.setAttribute("aria-pressed", "false");
  preview = null;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-cc-ring]");
  if (!button) return;
  const again = preview?.button === button;
  endPreview();
  if (again || !(await allowSound())) return;
  button.setAttribute("aria-pressed", "true");
  preview = { button, silence: ring(button.dataset.ccRing, PREVIEW), timer: setTimeout(endPreview, PREVIEW * 1000) };
});

if (document.getElementById("counters")) {
  onSoundState((state) => {
    showBanner();
    if (state !== "allowed" || inLine) return;
    inLine = true;
    lead("sound", () => {
      leads = true;
      follow();
    });
  });
  onIncoming(follow);
  setTimeout(() => {
    settled = true;
    showBanner();
  }, SETTLED);
}
