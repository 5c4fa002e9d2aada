// A button whose request runs says so (aria-busy) and cannot be pressed twice. It keeps its width: see .btn[aria-busy].

function pressed(element, submitter) {
  if (submitter?.matches("button")) return submitter;
  if (element.matches("button, .btn")) return element;
  return element.matches("form") ? element.querySelector('button[type="submit"], button:not([type])') : null;
}

document.body.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  pressed(elt, requestConfig?.triggeringEvent?.submitter)?.setAttribute("aria-busy", "true");
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  pressed(elt, requestConfig?.triggeringEvent?.submitter)?.removeAttribute("aria-busy");
});

// Plain forms leave the page; a second submit while the first is on its way is dropped.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog") return;
  const button = pressed(event.target, event.submitter);
  if (button?.getAttribute("aria-busy") === "true") event.preventDefault();
  else button?.setAttribute("aria-busy", "true");
});

// Back out of the browser's cache: nothing is running.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("form [aria-busy]")) button.removeAttribute("aria-busy");
});
