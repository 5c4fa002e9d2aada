// The lines of a timeline: made of the socket's events, and brought into their final form (times, days, links, which belong
// together) the same way whether the server rendered them or this script copied a template. So the page always looks as if
// it had just been loaded.
import { language, text, timeZone } from "./dom.js";

const TOGETHER = 5 * 60_000;
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
const dayKey = new Intl.DateTimeFormat("en-CA", { dateStyle: "short", timeZone });
const dayName = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", timeZone });
const dayAndYear = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric", timeZone });
const finished = new WeakSet();

/** A line of an `entry.added` event, or null when only the server can word it. */
export function makeLine(entry, agent) {
  if ((entry.kind !== "message" && entry.kind !== "note") || entry.file) return null;
  const own = entry.author !== null && entry.author === agent;
  const name = entry.kind === "note" ? "note" : entry.by === "customer" ? "visitor" : entry.by === "system" ? "system" : own ? "own" : "agent";
  const template = document.getElementById(`line-${name}`);
  if (!template) return null;
  const line = template.content.querySelector("li").cloneNode(true);
  line.dataset.seq = entry.seq ?? "";
  if (name !== "visitor" && name !== "system") line.dataset.author = `${entry.kind === "note" ? "note" : "agent"}-${entry.author ?? entry.name}`;
  line.querySelector("[data-text]").textContent = entry.text;
  line.querySelector("time").setAttribute("datetime", entry.at);
  const by = line.querySelector(".entry__by > b");
  if (by && entry.name) by.textContent = entry.name;
  return line;
}

function momentOf(line) {
  return Date.parse(line.querySelector("time").getAttribute("datetime"));
}

function finish(line) {
  if (finished.has(line)) return;
  finished.add(line);
  line.querySelector("time").textContent = clock.format(momentOf(line));
  const words = line.querySelector("[data-text]");
  if (words) linkify(words);
}

/** Bring all lines of a list into their final form. */
export function arrange(list) {
  for (const old of list.querySelectorAll(":scope > .tl__day")) old.remove();
  let previous = null;
  for (const line of list.querySelectorAll(":scope > .entry")) {
    finish(line);
    const moment = momentOf(line);
    const day = dayKey.format(moment);
    if (previous?.day !== day) line.before(dayLine(moment, day));
    const together =
      previous?.day === day && previous.author === line.dataset.author && moment - previous.moment < TOGETHER;
    line.toggleAttribute("data-follows", together && !line.matches(".entry--event"));
    previous = { day, author: line.dataset.author, moment };
  }
}

function dayLine(moment, day) {
  const line = document.createElement("li");
  const time = document.createElement("time");
  line.className = "tl__day";
  time.dateTime = day;
  time.textContent = nameOfDay(moment, day);
  line.append(time);
  return line;
}

function nameOfDay(moment, day) {
  const today = dayKey.format(Date.now());
  const yesterday = dayKey.format(Date.now() - 86_400_000);
  // "czwartek 20 listopada": after "Dzisiaj," one comma is enough.
  const name = dayName.format(moment).replace(",", "");
  if (day === today) return `${text("today")}, ${name}`;
  if (day === yesterday) return `${text("yesterday")}, ${name}`;
  return day.slice(0, 4) === today.slice(0, 4) ? name[0].toUpperCase() + name.slice(1) : dayAndYear.format(moment);
}

const ADDRESS = /https?:\/\/[^\s<>"“”]+/g;

function linkify(words) {
  const content = words.textContent;
  const pieces = [];
  let end = 0;
  for (const found of content.matchAll(ADDRESS)) {
    const address = found[0].replace(/[.,;:!?)\]}'’]+$/, "");
    if (!URL.canParse(address)) continue;
    const link = document.createElement("a");
    link.href = address;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    link.textContent = address;
    pieces.push(content.slice(end, found.index), link);
    end = found.index + address.length;
  }
  if (pieces.length) words.replaceChildren(...pieces, content.slice(end));
}
