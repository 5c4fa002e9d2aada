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

// `told`: what the server knows of it, where this browser forgets.
export function count(told = 0) {
  const seen = Math.max(mark() ?? 0, told);
  return timeline.list().filter((entry) => entry.seq > seen && entry.kind === "message" && entry.by !== "visitor").length;
}
