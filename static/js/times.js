// Times that move on: <time data-cc-relative datetime="…"> "5 min ago", <time data-cc-elapsed datetime="…"> "48 s" (how long
// somebody has been waiting). Everything else is a plain <time> from the server.
import { now } from "./clock.js";
import { formatDateTime, language, onContent } from "./dom.js";

const UNITS = [
  ["day", 86_400, "d"],
  ["hour", 3_600, "h"],
  ["minute", 60, "min"],
  ["second", 1, "s"],
];
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });

function write(time) {
  const moment = Date.parse(time.dateTime);
  const seconds = Math.max(0, (now() - moment) / 1000);
  const [unit, size, sign] = UNITS.find(([, size]) => seconds >= size) ?? UNITS.at(-1);
  const amount = Math.floor(seconds / size);
  let words = `${amount}\u00a0${sign}`;
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
