// Local storage that cannot fail: where the browser forbids it, or it is full, memory serves until the page closes.
const memory = new Map();
let prefix = "cc:";

export const useKey = (key) => {
  prefix = `cc:${key}:`;
};

export function get(name) {
  try {
    return localStorage.getItem(prefix + name) ?? memory.get(name) ?? null;
  } catch {
    return memory.get(name) ?? null;
  }
}

export function set(name, value) {
  try {
    localStorage.setItem(prefix + name, value);
    memory.delete(name);
  } catch {
    memory.set(name, value);
  }
}

export function remove(name) {
  memory.delete(name);
  try {
    localStorage.removeItem(prefix + name);
  } catch {
    // Nothing was stored.
  }
}

export function namesFrom(start) {
  const found = new Set([...memory.keys()].filter((name) => name.startsWith(start)));
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(prefix + start)) found.add(name.slice(prefix.length));
    }
  } catch {
    // Only memory, then.
  }
  return [...found];
}

// What another tab changed, by its short name.
export function onChange(callback) {
  addEventListener("storage", (event) => {
    if (event.key === null) callback("");
    else if (event.key.startsWith(prefix)) callback(event.key.slice(prefix.length));
  });
}
