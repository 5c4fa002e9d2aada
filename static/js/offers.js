// A conversation is offered: it is said once, politely; the tab shows how much waits. How it sounds: ringer.js.
import { now } from "./clock.js";
import { onContent } from "./dom.js";
import { soon } from "./freshness.js";

const known = new Set();
let due = 0;

function look() {
  const offers = [...document.querySelectorAll("[data-offer]")];
  const fresh = offers.filter((offer) => !known.has(offer.dataset.offer));
  for (const offer of fresh) known.add(offer.dataset.offer);
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

onContent(() => {
  look();
  showNumber();
});
