// Does somebody sit before this page? A tab that stands open on a screen in an empty room reads nothing. Pages are opened by
// people, and so are tabs brought to the front; afterwards what counts is the last touch.

const LASTS = 60_000;
const listeners = [];
let touched = performance.now();

export const isAttended = () => !document.hidden && performance.now() - touched < LASTS;

/** Call when somebody comes back to the page. */
export function onAttention(call) {
  listeners.push(call);
}

function touch() {
  if (document.hidden) return;
  const was = isAttended();
  touched = performance.now();
  if (!was) listeners.forEach((call) => call());
}

function shown() {
  if (document.hidden) return;
  touched = performance.now();
  listeners.forEach((call) => call());
}

for (const name of ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"]) {
  addEventListener(name, touch, { capture: true, passive: true });
}
document.addEventListener("visibilitychange", shown);
