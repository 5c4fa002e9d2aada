// Messages that the server has not confirmed, in the order of typing. Each has a storage key of its own, so that two tabs
// never overwrite each other's; sending one twice is harmless because of its id.
import { get, namesFrom, remove, set } from "./store.js";

// What the server keeps of a text, so that nothing changes when it comes back.
const clean = (text) => text.replace(/\r\n/g, "\n").replace(/[\0-\x08\x0b-\x1f\x7f]/g, "").trim();

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
}

function read(name) {
  try {
    return { id: name.slice(4), ...JSON.parse(get(name)) };
  } catch {
    return null;
  }
}

const write = ({ id, ...rest }) => set(`out:${id}`, JSON.stringify(rest));

export function all() {
  return namesFrom("out:").map(read).filter((item) => item?.text)
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

// Later than all that waits, whatever the clock does.
const nextTime = () => Math.max(Date.now(), ...all().map((item) => item.at + 1));

// `more`: what a button says beside its text.
export function add(text, more) {
  const item = { id: newId(), text: clean(text), at: nextTime(), ...more };
  if (item.text) write(item);
  return item;
}

export const done = (id) => remove(`out:${id}`);

export function fail(id) {
  const item = all().find((each) => each.id === id);
  if (item) write({ ...item, failed: true });
}

export function retry(id) {
  const item = all().find((each) => each.id === id);
  if (item) write({ ...item, failed: undefined, at: nextTime() });
}
