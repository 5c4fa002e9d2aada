// The one socket of a tab. It renews the agent's presence, and turns what the server tells into DOM events on <body> that
// bear the frames' names ("conversation.changed", "offer.made"). After every break it lets the whole page catch up: the
// socket is a hint, the server's rows are the truth.
import { dropBanner, noteGoodAnswer, raiseBanner } from "./banners.js";
import { randomId } from "./ids.js";
import { openConversation } from "./freshness.js";

const BEAT = 10_000;
// An unanswered heartbeat means that the socket is dead, whatever the browser thinks of it.
const ANSWER_WITHIN = 8000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
const BEFORE_BANNER = 2000;
const SESSION_OVER = 4401;

let socket = null;
let opened = false;
let openedBefore = false;
let failures = 0;
let beatAt = 0;
let unanswered = false;
let retry = 0;
let banner = 0;

/** A name for this tab, the same over reloads and reconnects. */
function device() {
  let key = sessionStorage.getItem("device");
  if (!key) {
    key = randomId();
    sessionStorage.setItem("device", key);
  }
  return key;
}

/** Send a frame if the socket is open; what it says is never worth waiting for. */
export function tell(type, data) {
  if (opened) socket.send(JSON.stringify({ type, data }));
}

/** Ask where everything stands. */
export function beat() {
  if (!opened) return;
  if (!unanswered) beatAt = Date.now();
  unanswered = true;
  tell("heartbeat", { device: device(), conversation: openConversation() });
}

function connect() {
  clearTimeout(retry);
  if (socket && socket.readyState <= WebSocket.OPEN) return;
  const fresh = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/agent/`);
  socket = fresh;
  fresh.addEventListener("open", () => fresh === socket && hasOpened());
  fresh.addEventListener("message", (event) => fresh === socket && hear(event.data));
  fresh.addEventListener("close", (event) => fresh === socket && hasClosed(event.code));
}

function hasOpened() {
  opened = true;
  unanswered = false;
  clearTimeout(banner);
  banner = 0;
  dropBanner("connection");
  beat();
  if (openedBefore) document.body.dispatchEvent(new CustomEvent("resync", { detail: {} }));
  openedBefore = true;
  document.body.dispatchEvent(new CustomEvent("socket.opened"));
}

function hear(text) {
  const { type, data } = JSON.parse(text);
  if (type === "heartbeat") {
    unanswered = false;
    failures = 0;
    noteGoodAnswer();
    checkStatus(data.status);
  }
  document.body.dispatchEvent(new CustomEvent(type, { detail: data ?? {} }));
}

/** The status was changed on another device, and the event that said so got lost. */
function checkStatus(status) {
  const shown = document.querySelector("#me [data-presence]")?.dataset.presence;
  const agent = Number(document.getElementById("counters")?.dataset.agent);
  if (shown && shown !== status) {
    document.body.dispatchEvent(new CustomEvent("agent.status_changed", { detail: { agent, status } }));
  }
}

function hasClosed(code) {
  opened = false;
  socket = null;
  if (code === SESSION_OVER) {
    raiseBanner("session");
    reloadOnce();
    return;
  }
  banner ||= setTimeout(() => opened || raiseBanner("connection"), BEFORE_BANNER);
  const wait = Math.min(FIRST_WAIT * 2 ** failures, LONGEST_WAIT) * (0.5 + Math.random());
  failures += 1;
  retry = setTimeout(connect, wait);
}

/** To the sign-in page, unless that was just tried: then the banner stays. */
function reloadOnce() {
  const last = Number(sessionStorage.getItem("reloaded")) || 0;
  if (Date.now() - last < 15_000) return;
  sessionStorage.setItem("reloaded", String(Date.now()));
  location.reload();
}

/** The computer slept, or the network changed: what looks open may be dead. */
function wake() {
  if (!opened) {
    failures = 0;
    connect();
  } else {
    beat();
  }
}

function tick() {
  if (opened && unanswered && Date.now() - beatAt > ANSWER_WITHIN) {
    const dead = socket;
    hasClosed(0);
    dead.close();
  } else if (Date.now() - beatAt >= BEAT) {
    beat();
  }
}

if (document.getElementById("counters")) {
  connect();
  new Worker(new URL("./ticker.js", import.meta.url)).addEventListener("message", tick);
  addEventListener("online", wake);
  addEventListener("pageshow", (event) => event.persisted && wake());
  document.addEventListener("visibilitychange", () => document.hidden || wake());
}
