// One banner under the top bar, for what holds until it is over (no connection, no session). Toasts are for what happened.
//
// The banners stand in shell.html, hidden: <div class="banner" data-cc-banner="connection" hidden>. Of several that hold,
// the first in the page is shown. <time data-cc-since> in a banner is filled with the time of the last good answer.
import { formatTime } from "./dom.js";

const holding = new Set();
let lastGood = new Date();

function show() {
  let free = true;
  for (const banner of document.querySelectorAll("[data-cc-banner]")) {
    const shown = free && holding.has(banner.dataset.ccBanner);
    if (shown) free = false;
    if (shown && banner.hidden) {
      for (const time of banner.querySelectorAll("[data-cc-since]")) time.textContent = formatTime(lastGood);
    }
    banner.hidden = !shown;
  }
}

export function raiseBanner(name) {
  holding.add(name);
  show();
}

export function dropBanner(name) {
  if (holding.delete(name)) show();
}

/** The server answered: there is a connection. */
export function noteGoodAnswer() {
  lastGood = new Date();
  dropBanner("connection");
}
