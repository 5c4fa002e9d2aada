// How many words of agents the visitor has not seen. What was seen is remembered, and shared with other tabs.
import { get, set } from "./store.js";
import * as timeline from "./timeline.js";

function mark() {
  const [conversation, seq] = (get("read") ?? "").split(" ");
  return conversation === timeline.id() ? Number(seq) : null;
}

export function read() {
  const last = timeline.list().at(-1);
  if (last && last.seq > (mark() ?? 0)) set("read", `${timeline.id()} ${last.seq}`);
}

export function count() {
  const seen = mark() ?? 0;
  return timeline.list().filter((entry) => entry.seq > seen && entry.kind === "message" && entry.by !== "visitor").length;
}
