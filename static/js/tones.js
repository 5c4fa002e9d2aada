// The product's sounds, made by the browser: no files, nobody's licence. A browser lets a page sound only after somebody has
// touched it, or when the agent allowed it for this site.

const PHRASE = [[660, 0], [880, 0.16], [660, 0.6], [880, 0.76]];
const PAUSE = 3;
const listeners = new Set();
let audio = null;

/** "allowed", "blocked" until somebody touches the page, or "none" where a browser has no sound at all. */
export function soundState() {
  if (!("AudioContext" in window)) return "none";
  return audio?.state === "running" ? "allowed" : "blocked";
}

/** Call now and whenever sound becomes allowed or blocked. */
export function onSoundState(call) {
  listeners.add(call);
  call(soundState());
}

/**
 * Whether the page may sound although nobody has touched it. An AudioContext that may not leaves a warning on the console; an
 * element that has nothing to play is refused at once, or waits.
 */
async function isTrusted() {
  if (!("AudioContext" in window)) return false;
  if (navigator.userActivation?.hasBeenActive) return true;
  if (navigator.getAutoplayPolicy) return navigator.getAutoplayPolicy("audiocontext") === "allowed";
  const refused = new Audio().play().then(() => false, (error) => error.name === "NotAllowedError");
  return !(await Promise.race([refused, new Promise((done) => setTimeout(done, 100, false))]));
}

function touched() {
  // Not every key or finger counts for the browser.
  if (navigator.userActivation?.isActive ?? true) wake();
}

function wake() {
  if (!("AudioContext" in window)) return;
  if (!audio) {
    audio = new AudioContext();
    audio.addEventListener("statechange", () => listeners.forEach((call) => call(soundState())));
  }
  // Refused without a touch; then the next one tries again.
  if (audio.state === "suspended") audio.resume().catch(() => {});
}

/** Somebody pressed something: the browser may let the page sound from now on. */
export async function allowSound() {
  wake();
  await audio?.resume().catch(() => {});
  return soundState() === "allowed";
}

/**
 * Ring: "long" again and again for so many seconds, "short" twice. Everything is set at once, on the sound's own clock, since
 * browsers slow the timers of hidden tabs down. Returns a function that silences it.
 */
export function ring(kind, seconds = 30) {
  if (soundState() !== "allowed") return () => {};
  const times = kind === "long" ? Math.max(1, Math.floor(seconds / PAUSE)) : 2;
  const every = kind === "long" ? PAUSE : 1.4;
  return play([...Array(times).keys()].flatMap((n) => PHRASE.map(([pitch, after]) => [pitch, after + n * every])));
}

/** A message came: one soft tone. */
export function chime() {
  if (soundState() === "allowed") play([[780, 0]]);
}

function play(tones) {
  const line = audio.createGain();
  line.connect(audio.destination);
  const sounding = tones.map(([pitch, after]) => tone(line, pitch, audio.currentTime + after));
  return () => {
    for (const oscillator of sounding) oscillator.stop();
    line.disconnect();
  };
}

function tone(line, pitch, from) {
  const oscillator = audio.createOscillator();
  const volume = audio.createGain();
  oscillator.frequency.value = pitch;
  volume.gain.setValueAtTime(0, from);
  volume.gain.linearRampToValueAtTime(0.18, from + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, from + 0.35);
  oscillator.connect(volume).connect(line);
  oscillator.start(from);
  oscillator.stop(from + 0.4);
  return oscillator;
}

for (const name of ["pointerdown", "pointerup", "keydown"]) addEventListener(name, touched);
isTrusted().then((trusted) => trusted && wake());
