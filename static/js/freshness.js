// What on the page is out of date? Events of the socket are many and small; regions listen for few, coarse ones instead:
// list.stale, offers.stale, open.stale (the open conversation changed), context.stale (only what stands beside it did) and
// timeline.stale. Each comes at most once a second, the last one never gets lost.
import { now } from "./clock.js";

const PAUSE = 1000;
const AT_ONCE = 60;
// Changes this young may have company that committed after them with an earlier time.
const YOUNG = 15_000;
const timers = new Map();
const fired = new Map();

/** Let regions that listen for `name` refetch themselves. */
export function soon(name) {
  if (timers.has(name)) return;
  const wait = Math.max(AT_ONCE, PAUSE - (performance.now() - (fired.get(name) ?? -PAUSE)));
  timers.set(
    name,
    setTimeout(() => {
      timers.delete(name);
      fired.set(name, performance.now());
      document.body.dispatchEvent(new CustomEvent(name));
    }, wait),
  );
}

/** The number of the conversation that the page shows, if it shows one. */
export function openConversation() {
  return Number(document.getElementById("timeline")?.dataset.conversation) || null;
}

function everything() {
  for (const name of ["list.stale", "offers.stale", "open.stale", "timeline.stale"]) soon(name);
}

const on = (name, call) => document.body.addEventListener(name, (event) => call(event.detail ?? {}));

on("resync", everything);
on("entry.added", () => soon("list.stale"));
on("conversation.read", () => soon("list.stale"));
on("conversation.changed", ({ conversation }) => {
  soon("list.stale");
  if (conversation === openConversation()) soon("open.stale");
});
on("page.visited", ({ conversation }) => {
  if (conversation === openConversation()) soon("context.stale");
});
for (const name of ["offer.made", "offer.ended"]) {
  on(name, () => {
    soon("offers.stale");
    soon("list.stale");
  });
}

// The heartbeat says when anything last changed; what the page shows says of when it is.
on("heartbeat", ({ changed }) => {
  const shown = [...document.querySelectorAll("[data-changed]")].map((region) => region.dataset.changed);
  if (shown.some((of) => of !== changed) || now() - Date.parse(changed) < YOUNG) everything();
});
