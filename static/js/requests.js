// htmx's requests: the CSRF token, what to say when they fail, and trying failed refreshes again.
//
// 409 and 422 are swapped (too late, forms with errors; see the htmx-config meta tag); no network, 502–504 and 403 raise a
// banner; the rest is a toast. A refresh (GET) that failed for want of a server comes again by itself, so that no region stays
// stale; what the agent sent (POST) is never repeated behind their back.
import { dropBanner, noteGoodAnswer, raiseBanner } from "./banners.js";
import { csrfToken, text } from "./dom.js";
import { toast } from "./toasts.js";

const AWAY = new Set([502, 503, 504]);
const LONGEST_WAIT = 30_000;
const waiting = new Map(); // element → how often its refresh has failed in a row

document.body.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrfToken();
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) return;
  waiting.delete(event.detail.elt);
  noteGoodAnswer();
  // As long as a region is stale, the page says so, whatever else was answered.
  if (!waiting.size) dropBanner("server");
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(name, (event) => {
    raiseBanner("connection");
    tryAgainLater(event.detail);
  });
}

document.body.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (AWAY.has(status)) {
    raiseBanner("server");
    tryAgainLater(event.detail);
  } else if (status === 403) {
    raiseBanner("session");
  } else {
    toast(text(status === 404 ? "gone" : status === 429 ? "too-many" : "failed"));
  }
});

function tryAgainLater({ elt, target, requestConfig, pathInfo }) {
  if (requestConfig?.verb !== "get") return;
  const failures = (waiting.get(elt) ?? 0) + 1;
  waiting.set(elt, failures);
  const wait = Math.min(1000 * 2 ** failures, LONGEST_WAIT) * (0.75 + Math.random() / 2);
  setTimeout(() => {
    // Somebody else may have refreshed it in the meantime, or taken it away.
    if (waiting.get(elt) === failures && elt.isConnected) {
      htmx.ajax("GET", pathInfo.requestPath, { source: elt, target });
    } else if (!elt.isConnected) {
      waiting.delete(elt);
      if (!waiting.size) dropBanner("server");
    }
  }, wait);
}

addEventListener("offline", () => raiseBanner("connection"));
addEventListener("online", () => dropBanner("connection"));
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-cc-reload]")) location.reload();
});
