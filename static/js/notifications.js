// Notifications of the browser, for an agent who is Online and looks at something else (NO5). Permission is never asked for
// here, only on the settings page, by a button. One tab speaks for all of them; a tag keeps it at one notification for an offer.
import { text } from "./dom.js";
import { openConversation } from "./freshness.js";
import { isOnline, onIncoming, ringing } from "./incoming.js";
import { isSeen, lead } from "./leader.js";
import { soundMessage } from "./ringer.js";
import { soundState } from "./tones.js";

const shown = new Map(); // tag → Notification
const asked = new Set();
let leads = false;

export function permission() {
  return window.Notification?.permission ?? "none";
}

/** Open a conversation, or else a task, in this tab, unless it stands there. */
export function open(conversation, task = 0) {
  window.focus();
  if (task) location.assign(`/tasks/${task}/`);
  else if (conversation && conversation !== openConversation()) location.assign(`/conversations/${conversation}/`);
}

/** Show a notification. Returns whether the browser took it. */
export function show(tag, title, body, conversation = 0, task = 0) {
  if (permission() !== "granted") return false;
  // The product sounds itself where it may.
  const options = { tag, body, lang: document.documentElement.lang, silent: soundState() === "allowed", data: { conversation, task } };
  try {
    const notification = new Notification(title, options);
    notification.addEventListener("click", () => {
      notification.close();
      open(conversation, task);
    });
    shown.set(tag, notification);
  } catch {
    // Phones show them only through the service worker.
    navigator.serviceWorker?.getRegistration("/").then((worker) => worker?.showNotification(title, options));
  }
  return true;
}

async function close(tag) {
  shown.get(tag)?.close();
  shown.delete(tag);
  const worker = await navigator.serviceWorker?.getRegistration("/");
  for (const notification of (await worker?.getNotifications({ tag })) ?? []) notification.close();
}

function channelName(channel) {
  return text(`channel-${channel}`);
}

// --- offers ------------------------------------------------------------------------------------------------------

let rung = new Set();

function followOffers() {
  if (!leads) return;
  const offers = ringing();
  const tags = new Set(offers.map(({ offer }) => `offer-${offer}`));
  for (const tag of rung) if (!tags.has(tag)) close(tag);
  for (const { offer, conversation, channel, name } of offers) {
    if (rung.has(`offer-${offer}`)) continue;
    const title = text("offered").replace("%(channel)s", channelName(channel));
    show(`offer-${offer}`, title, name || text("customer"), conversation);
  }
  rung = tags;
}

/** What was pushed while no tab was open is over, or stands on the page now. */
async function clearPushed() {
  const worker = await navigator.serviceWorker?.getRegistration("/");
  const tags = new Set(ringing().map(({ offer }) => `offer-${offer}`));
  for (const notification of (await worker?.getNotifications()) ?? []) {
    if (notification.tag.startsWith("offer-") && !tags.has(notification.tag)) notification.close();
  }
}

// --- messages ----------------------------------------------------------------------------------------------------

/** A customer wrote. Told when the conversation is the agent's own and none of their tabs is visible. */
async function followMessage({ conversation, kind, by }) {
  if (kind !== "message" || by !== "customer" || !isOnline() || asked.has(conversation)) return;
  // Of many messages in a row, one is told.
  asked.add(conversation);
  setTimeout(() => asked.delete(conversation), 3000);
  if (await isSeen()) return;
  const answer = await fetch(`/conversations/${conversation}/notice/`).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const { mine, name, channel } = await answer.json();
  if (!mine) return;
  soundMessage();
  if (leads) show(`message-${conversation}`, text("message-from").replace("%(name)s", name), channel, conversation);
}

function closeMessages() {
  if (document.hidden) return;
  for (const tag of [...shown.keys()]) if (tag.startsWith("message-")) close(tag);
}

if (document.getElementById("counters")) {
  lead("notifications", () => {
    leads = true;
    followOffers();
    clearPushed();
  });
  onIncoming(followOffers);
  document.body.addEventListener("entry.added", (event) => followMessage(event.detail));
  document.body.addEventListener("conversation.read", ({ detail }) => close(`message-${detail.conversation}`));
  document.addEventListener("visibilitychange", closeMessages);
}
