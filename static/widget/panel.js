// The panel: what came from the server and the visitor, and which screen shows it.
import * as asking from "./panel/asking.js";
import * as bridge from "./panel/bridge.js";
import * as composer from "./panel/composer.js";
import { byId, face, make, place } from "./panel/dom.js";
import * as letter from "./panel/letter.js";
import * as log from "./panel/log.js";
import * as notes from "./panel/notes.js";
import * as outbox from "./panel/outbox.js";
import { parts, use } from "./panel/parts.js";
import * as sender from "./panel/sender.js";
import * as store from "./panel/store.js";
import { names, t } from "./panel/texts.js";
import * as timeline from "./panel/timeline.js";
import { Transport } from "./panel/transport.js";
import * as unread from "./panel/unread.js";
import * as visitor from "./panel/visitor.js";

const config = JSON.parse(byId("config").textContent);
const panel = document.querySelector(".panel");
const PARTS = [...panel.children];
const SCREENS = { home: ["home", "composer"], chat: ["log", "composer"], refused: ["log"], over: ["log", "leave"], about: ["about"], letter: ["letter"], done: ["done"] };
const SWITCHED = new Set(Object.values(SCREENS).flat());

let { availability } = config;
let conversation = null;
let page = { url: "", title: "", referrer: "" };
let introduction = {};
let open = bridge.isAlone;
let welcomed = false;
let syncing = 0;
let typist = "";
let typistTimer;
let screen = "";
let letterWanted = false;
let confirmed = ""; // the address that a letter's answer goes to
const tail = make("div", "tail"); // what follows the end of a conversation
let toGive = null; // name and e-mail that the server has not confirmed
let triggered = null; // the loader's word that it is time
let said = null; // what the widget has said by itself
const told = {};

const visible = () => open && document.visibilityState === "visible";
const talking = () => Boolean(conversation && conversation.status !== "closed");

const transport = new Transport({
  key: config.key,
  visible,
  talking,
  position: () => {
    const at = timeline.position();
    return at && { ...at, status: conversation?.status, read: conversation?.read_seq };
  },
  hello: () => ({
    type: "hello",
    ref: "hello",
    data: { token: visitor.current(), after: timeline.position(), page, lang: config.lang, group: config.group, ...introduction },
  }),
  onFrame: (frame) => handlers[frame.type]?.(frame.data, frame.ref),
  onState: (state) => {
    if (state !== "open") sender.reset();
    render();
  },
});

// --- what the server says

function sync() {
  // One question at a time, unless its answer got lost.
  if (Date.now() - syncing < 8000) return;
  syncing = Date.now();
  transport.send("sync", timeline.position() ?? { conversation: "", seq: 0 }, "sync");
}

// Whether news of a conversation concern the one on the screen. The next one begins when this one is closed; in doubt
// the server is asked which is the latest.
function concerns(id) {
  if (id === timeline.id()) return true;
  if (timeline.isPast(id)) return false;
  if (talking()) {
    sync();
    return false;
  }
  timeline.begin(id);
  conversation = { id, status: config.bot ? "bot" : "waiting", agent: null };
  sync();
  return true;
}

// Of a long conversation an answer tells the beginning, and how far it goes.
function goOn({ entries }) {
  if (entries.length && timeline.position().seq < conversation.last_seq) sync();
}

function arrived(entries) {
  for (const entry of entries) if (entry.by === "visitor" && entry.id) outbox.done(entry.id);
  if (entries.some((entry) => entry.by === "agent" && entry.kind === "message")) typist = "";
}

const handlers = {
  welcome(data) {
    visitor.welcomed(data.token);
    ({ availability, conversation } = data);
    asking.learn(data.details);
    welcomed = true;
    syncing = 0;
    timeline.begin(conversation?.id ?? null);
    timeline.load(data.entries);
    arrived(data.entries);
    goOn(data);
    tellDetails();
    render();
    sender.pump();
  },
  "details.stored"(data) {
    toGive = null;
    asking.learn(data);
    asking.given();
    render();
    sender.pump();
  },
  entries(data) {
    syncing = 0;
    ({ availability, conversation } = data);
    timeline.begin(conversation?.id ?? null);
    timeline.load(data.entries);
    arrived(data.entries);
    goOn(data);
    render(true);
  },
  entry(entry) {
    if (!concerns(entry.conversation)) return;
    const fresh = entry.by !== "visitor" && entry.kind === "message";
    if (fresh && !open) use("teaser", entry.text, entry.name);
    if (fresh && !visible()) use("ring", `${entry.conversation} ${entry.seq}`);
    if (!timeline.add(entry)) sync();
    arrived([entry]);
    render(fresh);
  },
  read(data) {
    if (data.conversation !== conversation?.id) return;
    conversation.read_seq = data.seq;
    render();
  },
  conversation(data) {
    if (!concerns(data.id)) return;
    conversation = data;
    render();
  },
  "message.stored"(data) {
    const item = outbox.all().find((each) => each.id === data.id);
    if (item && concerns(data.conversation)) {
      const entry = { ...data, kind: "message", by: "visitor", name: "", text: item.text, event: null };
      if (!timeline.list().some((each) => each.seq === data.seq) && !timeline.add(entry)) sync();
    }
    sender.stored(data.id);
  },
  typing(data) {
    clearTimeout(typistTimer);
    typist = data.on ? data.name : "";
    if (typist) typistTimer = setTimeout(() => handlers.typing({ on: false }), 6000);
    render();
  },
  availability(data) {
    availability = data;
    render();
  },
  pong(data) {
    if (data.behind) sync();
  },
  resync: sync,
  error(data, ref) {
    if (data.code === "bad_token") {
      visitor.forget();
      transport.refresh();
    } else if (data.code === "hello_first") transport.refresh();
    else if (ref === "sync") syncing = 0;
    else if (ref === "details") {
      toGive = null;
      use("refuse", data);
    } else if (data.code === "details_needed") {
      asking.learn({ ...asking.state.details, required: true });
      sender.reset();
      render();
    }
    else sender.refused(ref, data);
  },
};

// What the rarely used parts need to know of this one.
const beside = {
  key: config.key,
  conversation: () => conversation,
  hello: () => transport.hello().data,
  asking,
  company: { name: config.name, avatar: config.logo },
  changed: () => render(),
  give(details) {
    toGive = details;
    tellDetails();
  },
  stored(token) {
    visitor.keep(token);
    if (timeline.id()) sync();
    else transport.refresh();
  },
};

async function tellDetails() {
  if (!toGive || !transport.up) return;
  if (await visitor.claim()) transport.send("details", toGive, "details");
  else transport.refresh();
}

// Time to say something, unless there is a conversation, or nobody to answer.
function trigger(pending) {
  if (!triggered || (!welcomed && visitor.known())) return;
  const { small } = triggered;
  triggered = null;
  if (!config.trigger || open || conversation || pending.length || !(availability.online || config.bot)) return;
  const { text, opens } = config.trigger;
  said = { seq: 0, kind: "message", by: "system", name: "", text, at: new Date().toISOString() };
  render();
  if (small || !opens) use("teaser", text);
  else bridge.post("open", { quietly: true });
}

// Before the visitor's eyes: remembered here, and told to the agents.
function seen() {
  unread.read();
  const last = timeline.list().filter((entry) => entry.by !== "visitor").at(-1)?.seq;
  if (!(last > conversation?.seen_seq) || !transport.up) return;
  conversation.seen_seq = last;
  transport.send("read", { conversation: conversation.id, seq: last });
}

// --- which screen

function choose(pending) {
  if (transport.state === "gone" || confirmed) return "done";
  const { online } = availability;
  if (screen === "letter" && letter.isTouched() && !talking()) return "letter";
  if (letterWanted && !online) return "letter";
  if (!welcomed && visitor.known()) return "chat";
  const needed = asking.isNeeded(talking());
  if (needed && !asking.state.details.ask && (online || config.bot || pending.length)) return "about";
  if (talking() || pending.length) return needed && asking.state.step === "no" ? "refused" : "chat";
  if (conversation) return online || config.bot ? "chat" : "over";
  return !online && !config.bot ? "letter" : said ? "chat" : "home";
}

function header() {
  const agent = conversation?.agent;
  const status = conversation?.status;
  byId("title").textContent = agent?.name || config.name;
  const subtitle = transport.state !== "open" && !config.preview ? "connecting"
    : status === "closed" ? "closed"
    : status === "bot" ? "botAnswers"
    : status === "active" && availability.online ? "online"
    : availability.online ? "waiting" : "waitingOffline";
  byId("subtitle").textContent = t(subtitle);
  const person = { name: config.name, ...agent, avatar: agent?.avatar ?? config.logo };
  const online = subtitle === "online";
  const said = JSON.stringify([person, online]);
  if (header.said === said) return;
  header.said = said;
  byId("face").replaceChildren(face(person, online));
}

function home() {
  const { agents } = availability;
  const said = JSON.stringify(agents);
  if (home.said === said) return;
  home.said = said;
  // Nobody with a photo: the company's face.
  const faceless = config.logo && !agents.some((agent) => agent.avatar);
  const people = agents.length && !faceless ? agents : [{ name: config.name, avatar: config.logo }];
  byId("stack").replaceChildren(...people.map((agent, index) => face(agent, index === people.length - 1)));
  const list = names(agents.map((agent) => agent.name));
  byId("present").textContent = agents.length ? t(agents.length > 1 ? "present_few" : "present_one", { names: list }) : t(config.bot ? "botAnswers" : "presentNobody");
}

function done() {
  const gone = transport.state === "gone";
  byId("done-icon").setAttribute("href", gone ? "#i-off" : "#i-ok");
  byId("done-title").textContent = t(gone ? "goneTitle" : "doneTitle");
  byId("done-text").textContent = gone ? t("goneText") : t("doneText", { email: confirmed });
  byId("more").hidden = gone;
}

function focusIn(name) {
  if (!open) return;
  const touch = matchMedia("(pointer:coarse)").matches;
  const heading = byId(SCREENS[name][0]).querySelector("h2");
  if (touch || name === "done") (heading ?? byId("log")).focus();
  else if (name === "letter") letter.focus();
  else if (name === "about") byId("about").querySelector("input")?.focus();
  else if (name === "over") byId("leave").focus();
  else composer.focus();
}

function show(name) {
  if (name === screen) return;
  const before = screen;
  const hadFocus = panel.contains(document.activeElement);
  if (name === "letter") letter.suggest(composer.draft());
  place(panel, PARTS.filter((part) => !SWITCHED.has(part.id) || SCREENS[name].includes(part.id)));
  panel.classList.remove("loading");
  panel.classList.toggle("home", !["chat", "refused", "over", "about"].includes(name));
  screen = name;
  // From the opening to the conversation the field stays, and so does the focus in it.
  if (before && hadFocus && !panel.contains(document.activeElement)) focusIn(name);
}

// The host page hears only what changed.
function tell(type, data) {
  const said = JSON.stringify(data);
  if (told[type] === said) return;
  told[type] = said;
  bridge.post(type, data);
}

function render(news = false) {
  const stored = new Set(timeline.list().map((entry) => entry.id));
  const pending = outbox.all().filter((item) => !stored.has(item.id));
  const entries = timeline.list().length || !said ? timeline.list() : [said];
  const last = pending.at(-1) ?? entries.at(-1);
  const asks = asking.follow(conversation?.id, talking() && conversation.status !== "bot", last && (last.id ?? `s${last.seq}`));
  show(choose(pending));
  if (screen === "about" && !asking.state.step) asking.state.step = "page";
  const question = JSON.stringify(asking.state);
  if (asking.state.step && asking.element.said !== question) {
    asking.element.said = question;
    use("questions", beside);
  }
  byId("clip").hidden = asking.isNeeded(talking());
  header();
  home();
  done();
  const over = conversation?.status === "closed" && !pending.length;
  const end = over && `${conversation.id} ${conversation.rating}`;
  if (over && tail.said !== end) {
    tail.said = end;
    use("ending", tail, beside);
  }
  const faces = new Map(availability.agents.map((agent) => [agent.name, agent.avatar]));
  const { agent } = conversation ?? {};
  if (agent) faces.set(agent.name, agent.avatar ?? faces.get(agent.name));
  log.show({
    entries,
    pending,
    asks,
    held: asking.isNeeded(talking()),
    typist: talking() && typist,
    bot: conversation?.status === "bot",
    ending: screen === "chat" && conversation?.status === "closed" && !pending.length ? t("writeAgain") : "",
    arrived: news,
    connected: transport.state !== "lost",
    read: conversation?.read_seq,
    tail: over && tail,
    company: config.name,
    avatar: (name) => (name ? faces.get(name) : config.logo),
  });
  if (visible() && !log.isAway()) seen();
  tick(pending);
  trigger(pending);
  if (!welcomed) return;
  const count = unread.count(conversation?.seen_seq);
  tell("unread", { count });
  tell("talking", { on: talking() || count > 0 || pending.length > 0 });
  tell("availability", availability);
}

function tick(pending = outbox.all()) {
  const wait = sender.pause();
  notes.connection(transport, pending.length === 0);
  notes.composer(wait, composer.length(), composer.LIMIT);
  composer.enable(wait === 0);
}

// --- what the visitor and the browser do

function attach(files) {
  if (files.length && byId("composer").isConnected) use("send", [...files], beside);
}

function opened({ quietly } = {}) {
  open = true;
  document.body.classList.remove("teasing");
  transport.wake();
  render();
  log.toEnd();
  if (!quietly) focusIn(screen);
}

function closed() {
  open = false;
  confirmed = "";
  letterWanted = false;
  render();
}

function translate() {
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  panel.ariaLabel = document.title = t("dialog", { name: config.name });
  byId("greeting").textContent = config.greeting || t("greeting");
  byId("rows").ariaLabel = t("conversation");
  byId("close").ariaLabel = t("close");
  byId("send").ariaLabel = t("send");
  byId("smile").ariaLabel = t("smile");
  byId("clip").ariaLabel = t("clip");
  byId("menu").ariaLabel = t("menu");
  byId("message").ariaLabel = t("message");
  byId("message").placeholder = t("placeholder");
}

function paint() {
  const dark = new URLSearchParams(location.search).get("scheme") === "dark";
  panel.classList.toggle("dark", dark);
  for (const [name, value] of Object.entries(config.colours[dark ? "dark" : "light"])) panel.style.setProperty(`--${name}`, value);
}

store.useKey(config.key);
translate();
paint();
asking.learn(config.details);
sender.start({ transport, changed: render, isHeld: () => asking.isNeeded(talking()) });
composer.start({
  changed: () => tick(),
  typing: (on) => transport.send("typing", { on }),
  send: (text) => {
    sender.write(text, said && !timeline.list().length ? { trigger: config.trigger.id } : {});
    log.toEnd();
  },
});
letter.start({
  where: `/widget/${config.key}/offline`,
  extra: () => ({ token: visitor.current(), page, lang: config.lang, group: config.group, ...introduction }),
  stored: (token, email) => {
    visitor.keep(token);
    confirmed = email;
    letterWanted = false;
    composer.setDraft("");
    store.remove("draft");
    transport.refresh();
    render();
    focusIn("done");
  },
});
byId("smile").onclick = () => use("emoji");
byId("menu").onclick = () => use("menu", beside);
byId("clip").onclick = () => byId("file").click();
byId("file").onchange = () => {
  attach(byId("file").files);
  byId("file").value = "";
};
for (const id of ["smile", "clip", "menu"]) byId(id).onpointerenter = byId(id).onfocus = () => parts().catch(() => {});
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  attach(event.dataTransfer.files);
});
byId("message").addEventListener("paste", (event) => {
  if (!event.clipboardData.files.length) return;
  event.preventDefault();
  attach(event.clipboardData.files);
});
byId("more").onclick = () => {
  confirmed = "";
  render();
  focusIn(screen);
};
byId("leave").onclick = () => {
  letterWanted = true;
  render();
  focusIn(screen);
};
byId("close").hidden = bridge.isAlone;
byId("close").onclick = () => bridge.post("close");
byId("log").addEventListener("scroll", () => !log.isAway() && unread.count() && render());
addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && bridge.post("close"));

bridge.listen({
  open: opened,
  close: closed,
  trigger: (message) => {
    triggered = message;
    render();
  },
  page: (message) => {
    const moved = page.url && page.url !== message.url;
    page = Object.fromEntries(["url", "title", "referrer"].map((name) => [name, String(message[name] ?? "").slice(0, 2000)]));
    introduction = visitor.introduce(message.me);
    if (moved) transport.send("page", { url: page.url, title: page.title });
    // A visitor with a conversation is connected at once, to hear of answers; others when they open the panel.
    else if (visitor.known() || outbox.all().length) transport.wake();
  },
});
store.onChange((name) => {
  if (name === "token" && !talking() && !timeline.id() && welcomed) transport.refresh();
  if (name === "draft") return;
  render();
  sender.pump();
});
addEventListener("online", () => transport.wake());
addEventListener("offline", () => transport.pause());
addEventListener("pagehide", () => transport.pause());
addEventListener("pageshow", (event) => event.persisted && transport.wake());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  if (welcomed) transport.wake();
  render();
});
setInterval(tick, 1000);

render();
bridge.post("ready");
if (bridge.isAlone) opened();
