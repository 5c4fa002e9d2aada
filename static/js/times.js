// Times that move on: <time data-cc-relative datetime="…"> "5 min ago", <time data-cc-elapsed datetime="…"> "48 s" (how long
// somebody has been waiting). Everything else is a plain <time> from the server.
import { now } from "./clock.js";
import { formatDateTime, language, onContent } from "./dom.js";

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
const lengths = Object.fromEntries(
  UNITS.map(([unit]) => [unit, new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" })]),
);

function split(seconds) {
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? UNITS.at(-1);
  return [Math.floor(seconds / size), unit];
}

function write(time) {
  const moment = Date.parse(time.dateTime);
  const seconds = Math.max(0, (now() - moment) / 1000);
  const [amount, unit] = split(seconds);
  let words = lengths[unit].format(amount);
  if ("ccRelative" in time.dataset) words = relative.format(unit === "second" ? 0 : -amount, unit);
  if (time.textContent !== words) time.textContent = words;
  time.title ||= formatDateTime(moment);
}

function writeAll(within) {
  for (const time of within.querySelectorAll("time[data-cc-relative], time[data-cc-elapsed]")) write(time);
}

onContent(writeAll);
setInterval(() => document.hidden || writeAll(document), 1000);
document.addEventListener("visibilitychange", () => document.hidden || writeAll(document));
