// What the agent has written and the server has not yet confirmed. It is kept over reloads and lost connections, and sent in
// order until the server says that it is stored; every message has an id of its own, so sending again is harmless.
import { raiseBanner } from "./banners.js";
import { csrfToken } from "./dom.js";

const LONGEST_WAIT = 30_000;
const key = () => `outbox:${document.getElementById("counters")?.dataset.agent}`;
let sending = false;
let failures = 0;
let retry = 0;

export function waiting() {
  try {
    return JSON.parse(localStorage.getItem(key())) ?? [];
  } catch {
    return [];
  }
}

function keep(items) {
  localStorage.setItem(key(), JSON.stringify(items));
  changed();
}

function changed() {
  document.body.dispatchEvent(new CustomEvent("outbox.changed"));
}

/** Take a message: {id, conversation, kind, text, at}. */
export function put(item) {
  keep([...waiting(), item]);
  send();
}

export function drop(id) {
  const items = waiting();
  if (items.some((item) => item.id === id)) keep(items.filter((item) => item.id !== id));
}

/** Try a message again that the server had refused. */
export function again(id) {
  keep(waiting().map((item) => (item.id === id ? { ...item, refused: undefined, late: undefined } : item)));
  failures = 0;
  send();
}

function note(id, facts) {
  keep(waiting().map((item) => (item.id === id ? { ...item, ...facts } : item)));
}

/** Send what waits, one after the other, so that the order holds. */
export async function send() {
  clearTimeout(retry);
  if (sending) return;
  sending = true;
  try {
    for (let item = next(); item; item = next()) if (!(await deliver(item))) break;
  } finally {
    sending = false;
  }
}

const next = () => waiting().find((item) => !item.refused);

async function deliver(item) {
  const answer = await post(item);
  if (answer?.ok) {
    failures = 0;
    const entry = await answer.json();
    drop(item.id);
    document.body.dispatchEvent(new CustomEvent("entry.added", { detail: entry }));
    return true;
  }
  if (answer && [404, 409, 422].includes(answer.status)) {
    const { message = "" } = await answer.json().catch(() => ({}));
    note(item.id, { refused: message || "–" });
    return true;
  }
  if (!answer) raiseBanner("connection");
  else if (answer.status === 403) raiseBanner("session");
  note(item.id, { late: true });
  failures += 1;
  retry = setTimeout(send, Math.min(1000 * 2 ** failures, LONGEST_WAIT) * (0.75 + Math.random() / 2));
  return false;
}

async function post({ id, conversation, kind, text }) {
  const body = new URLSearchParams({ id, kind, text });
  const headers = { "X-CSRFToken": csrfToken(), "HX-Request": "true" };
  try {
    const answer = await fetch(`/conversations/${conversation}/messages/`, {
      method: "POST",
      body,
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(20_000),
    });
    // To the sign-in page: nothing was stored.
    return answer.type === "opaqueredirect" ? { ok: false, status: 403 } : answer;
  } catch {
    return null;
  }
}

if (document.getElementById("counters")) {
  send();
  addEventListener("online", send);
  document.body.addEventListener("socket.opened", send);
  // The confirmation came by socket first, or another tab has sent it.
  document.body.addEventListener("entry.added", (event) => event.detail.client_id && drop(event.detail.client_id));
  addEventListener("storage", (event) => event.key === key() && changed());
}
