// A conversation is offered: it is said once, politely, with a sound; the tab shows how much waits.
import { now } from "./clock.js";
import { onContent } from "./dom.js";
import { soon } from "./freshness.js";

const known = new Set();
let audio = null;
let due = 0;

// Browsers allow sound only after the agent has touched the page.
for (const name of ["pointerdown", "keydown"]) {
  addEventListener(name, () => {
    audio ??= new AudioContext();
    if (audio.state === "suspended") audio.resume();
  });
}

/** Two soft tones. Of several tabs, one sounds. */
function chime(offer) {
  const key = "chimed";
  if (localStorage.getItem(key) === String(offer)) return;
  localStorage.setItem(key, String(offer));
  if (audio?.state !== "running") return;
  for (const [pitch, after] of [[660, 0], [880, 0.16], [660, 0.6], [880, 0.76]]) tone(pitch, audio.currentTime + after);
}

function tone(pitch, from) {
  const oscillator = audio.createOscillator();
  const volume = audio.createGain();
  oscillator.frequency.value = pitch;
  volume.gain.setValueAtTime(0, from);
  volume.gain.linearRampToValueAtTime(0.18, from + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, from + 0.35);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(from);
  oscillator.stop(from + 0.4);
}

function look() {
  const offers = [...document.querySelectorAll("[data-offer]")];
  const fresh = offers.filter((offer) => !known.has(offer.dataset.offer));
  for (const offer of fresh) {
    known.add(offer.dataset.offer);
    chime(offer.dataset.offer);
  }
  if (fresh.length) document.getElementById("announcer").textContent = fresh.map((offer) => offer.dataset.announce).join(". ");
  clearTimeout(due);
  const next = Math.min(...offers.map((offer) => Date.parse(offer.dataset.due)));
  // Should the news that it is over get lost, it goes all the same.
  if (offers.length) due = setTimeout(() => soon("offers.stale"), Math.max(0, next - now()) + 1000);
}

/** How much waits, in the tab's title and on the installed app's icon. */
function showNumber() {
  const number = Number(document.getElementById("counters")?.dataset.unanswered) || 0;
  const title = document.title.replace(/^\(\d+\+?\) /, "");
  document.title = number ? `(${number > 99 ? "99+" : number}) ${title}` : title;
  navigator.setAppBadge?.(number).catch(() => {});
}

document.body.addEventListener("offer.made", (event) => chime(event.detail.offer));
onContent(() => {
  look();
  showNumber();
});
