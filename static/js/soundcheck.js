// Settings → Notifications: whether this browser can sound, notify and be pushed to, and buttons that try it.
//
// <li data-cc-check="sound"> shows, of its children with data-when="allowed blocked", those that name its state.
import { onContent, text } from "./dom.js";
import { permission, show } from "./notifications.js";
import { askForTest, isOn, isSupported, switchOff, switchOn } from "./push.js";
import { onSoundState } from "./tones.js";
import { toast } from "./toasts.js";

const ARRIVES = 15_000;
let arriving = 0;
let switching = false;

function row(name) {
  return document.querySelector(`[data-cc-check="${name}"]`);
}

function say(name, state) {
  const place = row(name);
  if (!place) return;
  place.dataset.state = state;
  for (const part of place.querySelectorAll("[data-when]")) part.hidden = !part.dataset.when.split(" ").includes(state);
}

// --- notifications -----------------------------------------------------------------------------------------------

function checkPermission() {
  say("notifications", window.isSecureContext ? permission() : "insecure");
  checkPush();
}

async function ask() {
  await Notification.requestPermission();
  checkPermission();
}

function tryNotification() {
  // One of its own each time: a tag that stands there already would be changed in silence.
  if (!show(`try-${Date.now()}`, text("try-title"), text("try-body"))) checkPermission();
}

// --- push --------------------------------------------------------------------------------------------------------

async function checkPush() {
  const place = row("push");
  if (!place) return;
  const key = place.dataset.vapidKey;
  if (!key) say("push", "unset");
  else if (!isSupported()) say("push", "none");
  else if (permission() === "denied") say("push", "denied");
  else say("push", (await isOn(key)) ? "on" : "off");
  const box = place.querySelector("[data-cc-push]");
  // What was just chosen stands until it is done; pieces of the page come and go meanwhile.
  if (switching) return;
  box.checked = place.dataset.state === "on";
  box.disabled = !["on", "off"].includes(place.dataset.state);
}

async function switchPush(box) {
  const { vapidKey } = row("push").dataset;
  const on = box.checked;
  switching = box.disabled = true;
  try {
    if (!on) await switchOff();
    else if ((await Notification.requestPermission()) === "granted") await switchOn(vapidKey);
  } catch (error) {
    // The server says why; what a browser says is in no language of ours.
    toast(error.told || text("push-refused"));
  }
  switching = false;
  checkPermission();
}

async function tryPush() {
  clearTimeout(arriving);
  say("push-test", "sent");
  try {
    await askForTest();
    arriving = setTimeout(() => say("push-test", "lost"), ARRIVES);
  } catch {
    say("push-test", "lost");
  }
}

// The service worker says what has come.
navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  if (data?.type !== "pushed" || data.tag !== "test") return;
  clearTimeout(arriving);
  say("push-test", "arrived");
});

// ---

const actions = { ask, "try-notification": tryNotification, "try-push": tryPush };

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-cc-try]");
  if (button) actions[button.dataset.ccTry]();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-cc-push]")) switchPush(event.target);
});

onSoundState((state) => say("sound", state));
navigator.permissions?.query({ name: "notifications" }).then((status) => status.addEventListener("change", checkPermission), () => {});
onContent((within) => within.querySelector("[data-cc-check]") && checkPermission());
