// Helpers that the behaviours share.

/** Call `setUp(root)` for the page, and again for every piece that htmx brings. It may meet an element twice. */
export function onContent(setUp) {
  setUp(document.body);
  document.body.addEventListener("htmx:afterSettle", (event) => setUp(event.target.parentElement ?? event.target));
}

/** A text of the page's language, from the template #texts in base.html. */
export function text(name) {
  const template = document.getElementById("texts");
  return template?.content.querySelector(`[data-text="${name}"]`)?.textContent ?? "";
}

/** The page's language and the company's time zone, for Intl. Days come before months in both languages. */
const spoken = document.documentElement.lang;
export const language = !spoken || spoken === "en" ? "en-GB" : spoken;
export const timeZone = document.documentElement.dataset.timeZone || "UTC";

/** Clock time as the company's clocks show it: "10:41". */
export function formatTime(date) {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone }).format(date);
}

/** Day and clock time: "20 Nov, 10:41". */
export function formatDateTime(date) {
  const shape = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone };
  return new Intl.DateTimeFormat(language, shape).format(date);
}

/** Django's CSRF token. The cookie first: it is right even when another tab signed in since this page was made. */
export function csrfToken() {
  const cookie = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie);
  return cookie?.[1] ?? document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

const ALIKE = { ł: "l", ß: "ss", ø: "o", đ: "d", æ: "ae" };

/** Without case and accents, as search folds (conversations/search.py): "Żółw" is "zolw". */
export function fold(words) {
  return words.toLowerCase().replace(/[łßøđæ]/g, (letter) => ALIKE[letter]).normalize("NFKD").replace(/\p{M}/gu, "");
}
