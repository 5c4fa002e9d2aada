// Two soft tones for a message that nobody sees. Browsers let a page sound only after its first touch; before that it is silent.
import { get, remove, set } from "../panel/store.js";

export const isMuted = () => get("muted") !== null;

export function mute(on) {
  if (on) set("muted", "1");
  else remove("muted");
}

function tone(audio, frequency, at) {
  const [source, volume] = [audio.createOscillator(), audio.createGain()];
  source.frequency.value = frequency;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.12, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.35);
  source.connect(volume).connect(audio.destination);
  source.start(at);
  source.stop(at + 0.4);
}

// `message` names what arrived: of several tabs one sounds.
export function ring(message) {
  if (isMuted() || get("rang") === message) return;
  set("rang", message);
  const audio = new AudioContext();
  if (audio.state === "running") {
    tone(audio, 660, audio.currentTime);
    tone(audio, 880, audio.currentTime + 0.12);
  }
  setTimeout(() => audio.close(), 1000);
}
