// The ring of an offer: <span class="ring" data-cc-due="2026-05-12T10:42:00Z">. CSS does the counting; it only has to be told
// how many seconds are left by the server's clock.
import { now } from "./clock.js";
import { onContent } from "./dom.js";

// An animation counts its delay from its own beginning: a ring that runs must keep the number it began with, even when a
// swap has taken its style away.
const begun = new WeakMap();

onContent((within) => {
  for (const ring of within.querySelectorAll("[data-cc-due]")) {
    const due = ring.dataset.ccDue;
    if (begun.get(ring)?.due !== due) {
      const left = Math.max(0, Math.min(30, (Date.parse(due) - now()) / 1000));
      begun.set(ring, { due, left: left.toFixed(2) });
    }
    ring.style.setProperty("--from", begun.get(ring).left);
  }
});
