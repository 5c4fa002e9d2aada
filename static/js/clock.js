// The server's time. Countdowns and waiting times must not depend on how wrong this computer's clock is.

let ahead = 0; // milliseconds by which the server's clock is ahead of ours

/** Milliseconds since 1970 by the server's clock. */
export function now() {
  return Date.now() + ahead;
}

/** The server said what time it is (milliseconds since 1970). */
export function setServerTime(milliseconds) {
  ahead = milliseconds - Date.now();
}

// The page says when it was made. A page out of the browser's cache says nothing about now.
const made = Date.parse(document.querySelector('meta[name="server-time"]')?.content ?? "");
const [arrival] = performance.getEntriesByType("navigation");
if (made && arrival?.transferSize > 0) ahead = made - (performance.timeOrigin + arrival.responseStart);
