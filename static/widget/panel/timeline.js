// The entries of the latest conversation, ordered by `seq`. `prev` chains them: where the chain breaks, something was missed.
let conversation = null;
let entries = [];
// Up to here nothing is missing.
let whole = 0;
const past = new Set();

export const list = () => entries;
export const id = () => conversation;
export const isPast = (name) => past.has(name);
export const position = () => conversation && { conversation, seq: whole };

export function begin(name) {
  if (conversation === name) return;
  if (conversation) past.add(conversation);
  past.delete(name);
  conversation = name;
  entries = [];
  whole = 0;
}

function insert(entry) {
  const index = entries.findIndex((each) => each.seq >= entry.seq);
  if (index < 0) entries.push(entry);
  else if (entries[index].seq === entry.seq) entries[index] = entry;
  else entries.splice(index, 0, entry);
}

function advance() {
  for (const entry of entries) {
    if (entry.seq > whole && entry.prev <= whole) whole = entry.seq;
  }
  return entries.length === 0 || whole >= entries.at(-1).seq;
}

// An answer to hello or sync tells everything up to its last entry.
export function load(answer) {
  answer.forEach(insert);
  if (answer.length) whole = Math.max(whole, answer.at(-1).seq);
  return advance();
}

// One entry told by itself. False: there is a hole before it.
export function add(entry) {
  insert(entry);
  return advance();
}
