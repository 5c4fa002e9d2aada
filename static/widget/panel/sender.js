// Empties the outbox: one message at a time, the next only after the server's word for the one before it, so that the
// order of storing is the order of typing whatever fails between.
import * as outbox from "./outbox.js";
import { claim } from "./visitor.js";

const PATIENCE = 12000;
const OTHERS_TURN = 3000;

let transport;
let changed;
let isHeld;
let inFlight = null;
let claiming = false;
let pausedUntil = 0;
let timer;
let next;
// Messages that this tab takes care of. Another tab's are taken over only when that tab does not get them through.
const own = new Set();
const seen = new Map();

export function start(options) {
  ({ transport, changed, isHeld } = options);
  outbox.all().forEach((item) => own.add(item.id));
}

export const pause = () => Math.max(0, Math.ceil((pausedUntil - Date.now()) / 1000));

export function write(text, more) {
  own.add(outbox.add(text, more).id);
  changed();
  pump();
}

export function retry(id) {
  outbox.retry(id);
  own.add(id);
  changed();
  pump();
}

export function discard(id) {
  outbox.done(id);
  changed();
}

// The connection ended: what was on its way is in doubt, and will be sent again.
export function reset() {
  clearTimeout(timer);
  inFlight = null;
}

function later(wait) {
  clearTimeout(next);
  next = setTimeout(pump, wait);
}

export async function pump() {
  const head = outbox.all().find((item) => !item.failed);
  if (!head || claiming || inFlight || !transport.up || isHeld()) return;
  if (Date.now() < pausedUntil) return later(pausedUntil - Date.now());
  if (!own.has(head.id)) {
    if (!seen.has(head.id)) seen.set(head.id, Date.now());
    const wait = seen.get(head.id) + OTHERS_TURN - Date.now();
    if (wait > 0) return later(wait);
  }
  claiming = true;
  const ours = await claim();
  claiming = false;
  if (!ours) return transport.refresh();
  if (inFlight || !transport.up) return undefined;
  inFlight = head.id;
  transport.send(head.command ?? "message.send", { id: head.id, text: head.text, suggestion: head.suggestion, trigger: head.trigger }, head.id);
  timer = setTimeout(() => {
    reset();
    transport.refresh();
  }, PATIENCE);
  return undefined;
}

function settled(id) {
  if (id === inFlight) reset();
  changed();
  pump();
}

export function stored(id) {
  outbox.done(id);
  settled(id);
}

export function refused(id, { retry: again, after, code }) {
  if (id !== inFlight) return;
  if (!again) outbox.fail(id);
  else pausedUntil = Date.now() + 1000 * (after ?? (code === "rate_limited" ? 5 : 2));
  settled(id);
}
