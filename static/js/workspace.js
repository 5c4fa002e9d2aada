// The panes of the workspace: which row is open, which pane a phone shows, where the focus goes, and small helpers of pages.
import { now } from "./clock.js";
import { onContent } from "./dom.js";
import { openConversation } from "./freshness.js";

const WARN = 5 * 60_000;
const OVER = 10 * 60_000;

// The row that was pressed, while its conversation is on its way: a refresh of the list does not take it back.
let chosen = 0;

function showOpen() {
  const main = document.querySelector("main.workspace");
  if (!main) return;
  const conversation = openConversation();
  // On the first day there is nothing in the list yet; offers are seen in either view.
  main.dataset.view = conversation || main.querySelector(".first") ? "main" : "list";
  for (const row of main.querySelectorAll(".conv")) {
    if (Number(row.dataset.conversation) === (chosen || conversation)) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

/** Waiting is the only alarm: rows are tinted by how long the customer waits. */
function showWaiting() {
  for (const row of document.querySelectorAll("[data-waiting]")) {
    const waits = now() - Date.parse(row.dataset.waiting);
    if (waits >= OVER) row.dataset.sla = "over";
    else if (waits >= WARN) row.dataset.sla = "warn";
    else delete row.dataset.sla;
  }
}

// A row answers at once, before its conversation is there.
document.addEventListener("click", (event) => {
  const row = event.target.closest(".conv[data-conversation]");
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
  chosen = Number(row.dataset.conversation);
  showOpen();
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.target?.id !== "conversation") return;
  chosen = 0;
  showOpen();
});

// Another conversation stands in the pane: reading goes on at its heading; where there is one pane, back at its row. Who pressed
// Answer writes next, and no letter of it may be taken for a shortcut; a finger would only bring up the keyboard over the text.
document.body.addEventListener("htmx:afterSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (target.id !== "conversation") return;
  if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
  const writing = requestConfig?.verb === "post" && !matchMedia("(pointer: coarse)").matches;
  const place = (writing && document.getElementById("composer-text")) || document.getElementById("conversation-title");
  place?.focus({ preventScroll: true });
});

// The fold of a section, and other things that belong to the person, survive a refresh.
Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) => !(name === "open" && node.matches("details, dialog"));

/** The number at "Conversations" in the navigation comes with the counters. */
function showNew() {
  const count = document.getElementById("nav-new")?.dataset.count;
  if (count === undefined) return;
  for (const place of document.querySelectorAll("[data-cc-new-count]")) {
    place.firstElementChild.textContent = count;
    place.hidden = count === "0";
  }
}

// The inbox of the top bar is filled when it opens.
document.addEventListener("toggle", (event) => {
  const { ccInbox } = event.target.dataset ?? {};
  if (ccInbox && event.newState === "open") htmx.ajax("GET", ccInbox, { target: event.target, swap: "innerHTML" });
}, true);

onContent(() => {
  showOpen();
  showWaiting();
  showNew();
});
setInterval(showWaiting, 5000);

// The dialog is filled when it opens; the focus goes to what was brought, and the next opening begins empty.
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "dialog" || event.target.contains(document.activeElement?.closest("input"))) return;
  const first = ["[autofocus]", ".menu__item", "button"].map((what) => event.target.querySelector(what)).find(Boolean);
  first?.focus();
});
document.getElementById("dialog")?.addEventListener("close", (event) => event.target.replaceChildren());
