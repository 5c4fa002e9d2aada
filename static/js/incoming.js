// What is offered to this agent right now, on whatever page and in however many tabs: the socket's events at once, and what
// the counters of the top bar say, which come from the server and are right.
import { now } from "./clock.js";
import { onContent } from "./dom.js";

// What an event said may be newer than counters that were on their way.
const TRUSTED = 3000;
const offers = new Map(); // number → { offer, conversation, channel, name, due, heard }
const over = new Set();
const listeners = new Set();
let status = "";

/** The agent's status: only Online is told anything (ST1). */
export function isOnline() {
  return status === "online";
}

/** What rings: [{ offer, conversation, channel, name, due }]. */
export function ringing() {
  return isOnline() ? [...offers.values()].filter((offer) => offer.due > now()) : [];
}

/** Call now and whenever what rings may have changed. */
export function onIncoming(call) {
  listeners.add(call);
  call();
}

function tell() {
  for (const call of listeners) call();
}

function add({ offer, conversation, channel, name, due_at: due }) {
  if (over.has(offer)) return;
  offers.set(offer, { offer, conversation, channel, name, due: Date.parse(due), heard: Date.now() });
  // It is over in time, should the news of that get lost.
  setTimeout(tell, Math.max(0, Date.parse(due) - now()) + 50);
}

function end(offer) {
  over.add(offer);
  offers.delete(offer);
}

/** The page or a piece of it has come: look how it stands. */
function read() {
  status = document.querySelector("#me [data-presence]")?.dataset.presence ?? status;
  const counters = document.getElementById("counters");
  if (!counters) return;
  const listed = [...counters.querySelectorAll("[data-rings]")].map((element) => element.dataset);
  const numbers = new Set(listed.map(({ rings }) => Number(rings)));
  for (const { offer, heard } of offers.values()) {
    if (!numbers.has(offer) && Date.now() - heard > TRUSTED) offers.delete(offer);
  }
  for (const { rings, conversation, channel, name, due } of listed) {
    if (!offers.has(Number(rings))) {
      add({ offer: Number(rings), conversation: Number(conversation), channel, name, due_at: due });
    }
  }
  tell();
}

const on = (name, call) => document.body.addEventListener(name, (event) => call(event.detail ?? {}));

on("offer.made", (offer) => {
  add(offer);
  tell();
});
on("offer.ended", ({ offer }) => {
  end(offer);
  tell();
});
on("agent.status_changed", (change) => {
  if (String(change.agent) !== document.getElementById("counters")?.dataset.agent) return;
  status = change.status;
  tell();
});
onContent(read);
