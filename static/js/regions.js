// A region refetches itself on events of the socket (hx-trigger="agent.status_changed from:body"), but many events are about
// somebody else: data-cc-only="agent:17" lets a region answer only to events that carry agent 17. An event that does not carry
// the name at all (a resync) is for everybody.

document.body.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  const only = elt.dataset?.ccOnly;
  const detail = requestConfig?.triggeringEvent?.detail;
  if (!only || !detail || typeof detail !== "object") return;
  const [name, value] = only.split(":");
  if (name in detail && String(detail[name]) !== value) event.preventDefault();
});
