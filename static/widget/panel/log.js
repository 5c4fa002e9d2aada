// The conversation as the visitor sees it: days, quiet lines, groups of messages. Elements are kept and only changed
// where the conversation did, so that a screen reader hears what is new and nothing twice.
import { chips } from "./bot.js";
import { button, byId, face, icon, linkified, make, place } from "./dom.js";
import { use } from "./parts.js";
import * as sender from "./sender.js";
import { day, plural, t, time } from "./texts.js";

const GROUP_MINUTES = 5;
const log = byId("log");
const rows = byId("rows");
const newer = byId("newer");
let elements = new Map();

export const isAway = () => log.scrollTop < -40;

export function toEnd() {
  log.scrollTop = 0;
}

log.addEventListener("scroll", () => {
  if (!isAway()) newer.hidden = true;
});
newer.onclick = toEnd;

function eventText(entry) {
  if (entry.event === "closed") return t("ended", { time: time(entry.at) });
  // Its text names who takes over: an agent, or a group.
  if (entry.event === "transferred") return entry.text ? t("transferred", entry) : t("transferredAway");
  return ["answered", "reopened"].includes(entry.event) ? t(entry.event, entry) : entry.text;
}

const stored = (entry) => ({
  key: entry.by === "visitor" && entry.id ? entry.id : `s${entry.seq}`,
  state: "sent",
  ...entry,
  me: entry.by === "visitor",
});

const waiting = (item) => ({ key: item.id, me: true, state: item.failed ? "failed" : "wait", ...item });

function together(group, item) {
  return group && group.me === item.me && group.name === item.name && group.state === item.state
    && item.state !== "failed" && new Date(item.at) - new Date(group.items.at(-1).at) < GROUP_MINUTES * 6e4;
}

function toRows(entries, pending, asks) {
  const items = [...entries.map(stored), ...pending.map(waiting)];
  if (asks) {
    const below = items.findIndex((item) => item.key === asks.after) + 1 || (asks.only ? 0 : items.length);
    if (below) items.splice(below, 0, { ...asks, at: items[below - 1].at });
  }
  const result = [];
  let lastDay;
  let group;
  for (const item of items) {
    const today = new Date(item.at).toDateString();
    if (today !== lastDay) {
      result.push({ key: today, line: day(item.at) });
      group = null;
    }
    lastDay = today;
    if (item.element) {
      result.push(item);
      group = null;
    } else if (item.kind === "event") {
      const line = eventText(item);
      if (line) result.push({ key: item.key, line });
      group = null;
    } else if (together(group, item)) {
      group.items.push(item);
    } else {
      group = { key: `g${item.key}`, me: item.me, name: item.name, state: item.state, items: [item] };
      result.push(group);
    }
  }
  return result;
}

// The element of that key, made once, and its content only when `content` says something new.
function keyed(fresh, key, make_, content, fill) {
  const element = elements.get(key) ?? make_();
  fresh.set(key, element);
  if (element.said !== content) {
    element.said = content;
    fill(element);
  }
  return element;
}

function bubble(fresh, item) {
  if (item.file) {
    // A link at least; the rest comes with what is needed seldom.
    return keyed(fresh, item.key, () => make("a", "m"), item.file.url, (link) => {
      Object.assign(link, { href: item.file.url, target: "_blank", rel: "noopener", textContent: item.text });
      use("attachment", link, item.file);
    });
  }
  const kind = { sent: "m", wait: "m wait", failed: "m err" }[item.state];
  const element = keyed(fresh, item.key, () => make("p"), item.text, (p) => {
    p.dir = "auto";
    p.replaceChildren(...linkified(item.text));
  });
  element.className = kind;
  return element;
}

function statusOf(group, { connected, held, lastOwn, read }) {
  const last = group.items.at(-1);
  if (group.state === "failed") {
    const again = button("", t("retry"), () => sender.retry(last.id));
    const remove = button("", t("remove"), () => sender.discard(last.id));
    return ["st bad", icon("warn", "i s"), ` ${t("failed")} · `, again, " · ", remove];
  }
  if (group.state === "wait") {
    const text = held ? t("notYet") : connected ? t("sending") : plural("held", group.items.length);
    return ["st", icon("clock", "i s"), ` ${text}`];
  }
  if (group === lastOwn) {
    const kind = last.seq <= read ? "read" : "sent";
    return ["st", icon(kind === "read" ? "oks" : "ok", "i s"), ` ${t(kind, { time: time(last.at) })}`];
  }
  return ["st", time(last.at)];
}

function groupElement(fresh, group, context) {
  const status = `${group.state} ${context.connected} ${context.held} ${group === context.lastOwn} ${group.items.length} ${group.items.at(-1).at} ${group.items.at(-1).seq <= context.read}`;
  const st = keyed(fresh, `${group.key}:st`, () => make("p"), status, (p) => {
    const [className, ...content] = statusOf(group, context);
    p.className = className;
    p.replaceChildren(...content);
  });
  const element = keyed(fresh, group.key, () => make("div", group.me ? "g me" : "g"), "", () => {});
  const bubbles = group.items.map((item) => bubble(fresh, item));
  if (group.me) {
    const who = keyed(fresh, `${group.key}:who`, () => make("span", "vh", t("you")), "", () => {});
    place(element, [who, ...bubbles, st]);
  } else {
    const person = { name: group.name || context.company, avatar: context.avatar(group.name) };
    const said = `${person.name} ${person.avatar}`;
    const av = keyed(fresh, `${group.key}:av ${said}`, () => face(person), "", () => {});
    const who = keyed(fresh, `${group.key}:who`, () => make("span", "who"), said, (span) => {
      span.textContent = person.name;
    });
    place(element, [av, who, ...bubbles, st]);
  }
  return element;
}

// `ending` is the quiet last line, `typist` the one who types.
export function show(context) {
  const { entries, pending, typist, ending, arrived } = context;
  const away = isAway();
  const height = log.scrollHeight;
  const fresh = new Map();
  const list = toRows(entries, pending, context.asks);
  context.lastOwn = list.filter((row) => row.me && row.state === "sent").at(-1);
  const line = (key, text) => keyed(fresh, key, () => make("p", "day"), text, (p) => p.replaceChildren(text));
  const children = list.map((row) => row.element ?? (row.items ? groupElement(fresh, row, context) : line(row.key, row.line)));
  const last = entries.at(-1);
  if (context.bot && last?.bot && !pending.length) {
    children.push(keyed(fresh, "chips", () => make("div", "chips"), `${last.seq}`, (element) => element.replaceChildren(...chips(last))));
  }
  if (ending) children.push(line("ending", ending));
  if (context.tail) children.push(context.tail);
  if (typist) {
    children.push(keyed(fresh, "typing", () => make("div", "g"), typist, (element) => {
      const dots = make("p", "m typing", make("span", "vh", t("typing", { name: typist })), make("i"), make("i"), make("i"));
      element.replaceChildren(face({ name: typist, avatar: context.avatar(typist) }), dots);
    }));
  }
  place(rows, children);
  elements = fresh;
  if (away) {
    log.scrollTop -= log.scrollHeight - height;
    if (arrived) newer.hidden = false;
  }
}
