// The panel's side of the talk with the host page's loader. Only our parent, and only its origin, is listened to.
const alone = window.parent === window;
const host = location.ancestorOrigins?.[0] ?? new URLSearchParams(location.search).get("host");

export const isAlone = alone;

export function post(type, data) {
  // A sandboxed or local page has no origin to name; nothing secret is said.
  if (!alone) window.parent.postMessage({ cc: 1, type, ...data }, !host || host === "null" ? "*" : host);
}

export function listen(handlers) {
  addEventListener("message", (event) => {
    const message = event.data;
    if (alone || event.source !== window.parent || event.origin !== host || message?.cc !== 1) return;
    if (Object.hasOwn(handlers, message.type)) handlers[message.type](message);
  });
}
