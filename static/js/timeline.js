// The timeline of the open conversation. Messages arrive with their content and are shown at once; anything else, and
// whatever was missed (a hole in the numbers), is fetched from the server, which is right.
import { isAttended, onAttention } from "./attention.js";
import { csrfToken, onContent, text } from "./dom.js";
import { openConversation, soon } from "./freshness.js";
import { arrange, makeLine } from "./lines.js";
import { beat } from "./socket.js";

const FORGET_TYPING = 6000;
const READ_AFTER = 250;
let list = null;
let fetching = false;
let again = false;
let read = 0;
let reading = 0;
let typing = 0;

const agent = () => Number(document.getElementById("counters")?.dataset.agent);
const lastSeq = () => Number(list?.querySelector(":scope > .entry:last-of-type")?.dataset.seq) || 0;

function attach() {
  const found = document.getElementById("timeline");
  if (found === list) {
    // Earlier lines may have come.
    if (list) arrange(list);
    return;
  }
  list = found;
  read = 0;
  if (!list) return;
  arrange(list);
  markRead();
  beat();
}

function receive(entry) {
  if (!list || entry.conversation !== openConversation()) return;
  const last = lastSeq();
  if (entry.seq <= last) return;
  const line = entry.seq === last + 1 && !fetching ? makeLine(entry, agent()) : null;
  if (!line) {
    catchUp();
    return;
  }
  list.append(line);
  grown();
}

function grown() {
  arrange(list);
  hideTyping();
  markRead();
}

/** Fetch what comes after the last line, until nothing does. */
async function catchUp() {
  if (!list) return;
  again = true;
  if (fetching) return;
  fetching = true;
  const at = list;
  try {
    while (again && at === list) {
      again = false;
      const answer = await fetch(`${at.dataset.entries}?after=${lastSeq()}`, { headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (at === list && appendNew(page)) again = true;
    }
  } catch {
    setTimeout(() => soon("timeline.stale"), 2000 + Math.random() * 2000);
  } finally {
    fetching = false;
  }
}

function appendNew(page) {
  const last = lastSeq();
  const lines = [...page.querySelectorAll("li.entry")].filter((line) => Number(line.dataset.seq) > last);
  list.append(...lines.map((line) => document.adoptNode(line)));
  if (lines.length) grown();
  return lines.length > 0;
}

// --- read --------------------------------------------------------------------------------------------------------

function markRead() {
  const last = lastSeq();
  if (!list?.dataset.read || !isAttended() || last <= read) return;
  clearTimeout(reading);
  reading = setTimeout(async () => {
    const before = read;
    read = last;
    const body = new URLSearchParams({ seq: last });
    const answer = await fetch(list.dataset.read, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } }).catch(() => null);
    if (!answer?.ok) read = before;
  }, READ_AFTER);
}

/** The customer has read up to here. */
function showRead({ conversation, seq }) {
  if (!list || conversation !== openConversation()) return;
  for (const line of list.querySelectorAll(":scope > .entry--agent")) {
    const state = line.querySelector(".entry__state:not(.entry__state--read)");
    if (state && Number(line.dataset.seq) <= seq) state.replaceWith(document.getElementById("read-state").content.cloneNode(true));
  }
}

// --- the customer types ------------------------------------------------------------------------------------------

function showTyping({ conversation, name, on }) {
  const place = document.getElementById("typing");
  if (!place || conversation !== openConversation()) return;
  clearTimeout(typing);
  place.querySelector("[data-who]").textContent = name ? text("typing").replace("%(name)s", name) : text("customer-types");
  place.hidden = !on;
  if (on) typing = setTimeout(hideTyping, FORGET_TYPING);
}

function hideTyping() {
  const place = document.getElementById("typing");
  if (place) place.hidden = true;
}

const on = (name, call) => document.body.addEventListener(name, (event) => call(event.detail ?? {}));
on("entry.added", receive);
on("timeline.stale", catchUp);
on("visitor.typing", showTyping);
on("customer.read", showRead);
on("heartbeat", ({ conversation, seq }) => conversation === openConversation() && seq > lastSeq() && catchUp());
onAttention(markRead);
onContent(attach);
