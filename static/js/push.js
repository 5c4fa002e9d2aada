// Web Push: this browser is told of offers when no tab is open (NO5). The settings page switches it on and off; every page
// tells the server anew that this browser is still the agent's, since a sign-out or another session has made it forget.
import { csrfToken } from "./dom.js";
import { open } from "./notifications.js";

const ADDRESS = "/settings/notifications/push/";
const agent = document.getElementById("counters")?.dataset.agent;

export function isSupported() {
  return Boolean(navigator.serviceWorker && window.PushManager && window.Notification);
}

export async function subscription() {
  const worker = await navigator.serviceWorker.getRegistration("/");
  return (await worker?.pushManager.getSubscription()) ?? null;
}

/** On for this agent in this browser, with the key that the server signs with. */
export async function isOn(key) {
  if (localStorage.getItem("push") !== agent) return false;
  const found = await subscription();
  const used = found?.options?.applicationServerKey;
  return Boolean(found) && (!used || encode(used) === key);
}

/** Raises when the browser or the server says no. */
export async function switchOn(key) {
  const worker = await navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" });
  await navigator.serviceWorker.ready;
  const old = await worker.pushManager.getSubscription();
  const used = old?.options?.applicationServerKey;
  if (used && encode(used) !== key) await old.unsubscribe();
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: decode(key) });
  await send("POST", ADDRESS, made.toJSON());
  localStorage.setItem("push", agent);
}

export async function switchOff() {
  localStorage.removeItem("push");
  const found = await subscription();
  if (!found) return;
  // What the server does not know is off there already.
  await send("DELETE", ADDRESS, { endpoint: found.endpoint }).catch(() => {});
  await found.unsubscribe();
}

/** Ask the server for a push to this browser. Raises when it says no. */
export async function askForTest() {
  const found = await subscription();
  await send("POST", "/settings/notifications/test/", { endpoint: found?.endpoint ?? "" });
}

async function send(method, address, content) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
  const answer = await fetch(address, { method, headers, body: JSON.stringify(content) });
  if (answer.ok && !answer.redirected) return;
  const { error } = await answer.json().catch(() => ({}));
  throw Object.assign(new Error(), { told: error });
}

/** Base64 for addresses, as push services write keys. */
function encode(buffer) {
  const letters = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function decode(text) {
  const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

async function linkAgain() {
  const found = await subscription();
  if (found && Notification.permission === "granted") await send("POST", ADDRESS, found.toJSON());
}

if (agent && isSupported()) {
  // A tapped notification opens its conversation in the tab that is there already.
  navigator.serviceWorker.addEventListener("message", ({ data }) => data?.type === "open" && open(data.conversation, data.task));
  if (localStorage.getItem("push") === agent) linkAgain().catch(() => {});
}
