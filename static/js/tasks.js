// Tasks on every page: the counter and the drop-down of the top bar follow what happens, reminders are told; and in the room of the
// tasks, which row is open, what another person does to the task that is being edited, and the files that are about to be sent.
import { onContent, text } from "./dom.js";
import "./file-picker.js";
import { soon } from "./freshness.js";
import { isSeen, lead } from "./leader.js";
import { show } from "./notifications.js";
import { toast } from "./toasts.js";

let leads = false;
const pane = () => document.getElementById("task");
const on = (name, call) => document.body.addEventListener(name, (event) => call(event.detail ?? {}));

// --- news ----------------------------------------------------------------------------------------------------------------

on("resync", () => soon("tasks.stale"));
on("task.changed", () => soon("tasks.stale"));
document.addEventListener("visibilitychange", () => {
  // What was today is yesterday, or overdue.
  if (!document.hidden && document.getElementById("task-list")) soon("tasks.stale");
});

on("tasks.stale", () => {
  const list = document.getElementById("my-tasks");
  if (list?.matches(":popover-open")) htmx.ajax("GET", list.dataset.ccInbox, { target: list, swap: "morph:innerHTML" });
});

async function tell(kind, { task, title, by = "" }) {
  const path = `/tasks/${task}/`;
  const words = (name) => text(name).replace("%(name)s", by).replace("%(title)s", title);
  toast(words(`task-${kind}`), { leadsTo: path, stays: kind === "reminder" });
  if (leads && !(await isSeen())) show(`task-${task}`, words(`task-${kind}-title`), title, 0, task);
}

on("task.reminded", (event) => tell("reminder", event));
on("task.assigned", (event) => tell("assigned", event));

if (document.getElementById("counters")) lead("tasks", () => (leads = true));

// --- the room ------------------------------------------------------------------------------------------------------------

function showOpen() {
  const list = document.getElementById("task-list");
  if (!list) return;
  for (const row of list.querySelectorAll(".task")) {
    const isOpen = row.dataset.task === pane()?.dataset.task;
    if (isOpen) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

// Whether something was typed that is not saved yet.
const typedInto = new WeakSet();
for (const name of ["input", "change"]) {
  document.addEventListener(name, (event) => {
    const form = event.target.closest?.("#task-form");
    if (form) typedInto.add(form);
  });
}

document.body.addEventListener("htmx:afterSwap", ({ detail: { target, requestConfig } }) => {
  if (target.id === "task") {
    const refused = requestConfig?.verb === "post" && pane()?.querySelector('#task-form :is([role="alert"], .error)');
    if (refused) typedInto.add(refused.closest("form"));
    const isTyped = pane()?.querySelector("[autofocus], [aria-invalid='true']");
    const place = pane()?.querySelector("[role='alert']") ? pane().querySelector("#task-save") : isTyped;
    if (requestConfig?.verb === "post" && !place) pane()?.querySelector("#task-save")?.focus({ preventScroll: true });
    else (place ?? document.getElementById("task-heading"))?.focus({ preventScroll: !place });
  } else if (target.id === "task-standing" && target.querySelector("[data-cc-changed]")) {
    const form = target.closest("form");
    // Nothing to lose: the page just follows.
    if (!typedInto.has(form)) htmx.ajax("GET", pane().querySelector("[data-cc-changed] a").getAttribute("href"), { target: "#task", swap: "morph:outerHTML" });
  }
});

function isUnsaved() {
  const form = document.querySelector("#task #task-form");
  return Boolean(form && typedInto.has(form) && !form.dataset.ccSent);
}

// Another task, or another page: what was typed would be gone.
document.body.addEventListener("htmx:confirm", (event) => {
  const { verb, target, issueRequest } = event.detail;
  if (verb !== "get" || target?.id !== "task" || !isUnsaved()) return;
  event.preventDefault();
  if (confirm(text("task-unsaved"))) issueRequest(true);
});
addEventListener("beforeunload", (event) => {
  if (isUnsaved()) event.preventDefault();
});
// Sent without htmx, which leaves the page.
document.addEventListener("submit", ({ target, defaultPrevented }) => {
  if (target.id === "task-form" && !defaultPrevented) target.dataset.ccSent = "1";
});

// --- attachments ---------------------------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-cc-detach]");
  if (!button) return;
  const group = button.closest("[data-cc-attachments]");
  group.dispatchEvent(new Event("change", { bubbles: true }));
  button.closest(".file").remove();
  group.querySelector("[data-cc-detach], input[type='file'], button")?.focus();
});

// Chosen in the picker of the stored files (static/js/file-picker.js).
document.addEventListener("files:chosen", ({ target, detail }) => {
  const group = target.closest("[data-cc-attachments]");
  if (!group) return;
  const place = group.querySelector("[data-cc-attached]");
  for (const { id, name, size, ending } of detail.files) {
    if (place.querySelector(`[name="attachments"][value="${id}"]`)) continue;
    const card = group.querySelector("[data-cc-attachment]").content.firstElementChild.cloneNode(true);
    card.querySelector("input").value = id;
    card.querySelector(".file__type").textContent = ending;
    card.querySelector(".file__name").textContent = name;
    card.querySelector(".file__meta").textContent = size;
    place.append(card);
  }
  group.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("change", ({ target }) => {
  if (!target.matches?.('[data-cc-attachments] input[type="file"]')) return;
  const names = target.closest("[data-cc-attachments]").querySelector("[data-cc-upload-names]");
  names.replaceChildren(
    ...[...target.files].map((file) => Object.assign(document.createElement("li"), { textContent: file.name })),
  );
});

onContent((within) => {
  showOpen();
  // A title that is begun already is gone on with.
  for (const title of within.querySelectorAll('#task-form [name="title"][autofocus]')) {
    if (document.activeElement === title) title.setSelectionRange(title.value.length, title.value.length);
  }
});
