// The rarely used parts: a script and a style of their own, fetched when one of them is needed first.
const address = import.meta.url.replace(/\.js$/, "/more");
let shared;
let coming;
let tries = 0;

// The server calls it with the modules that both scripts use.
export function share(modules) {
  shared = modules;
}

async function fetchThem() {
  // A browser remembers what did not load: another try is another address.
  const again = tries++ ? `?${tries}` : "";
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = `${address}.css${again}`;
  const [script] = await Promise.all([import(`${address}.js${again}`), new Promise((onload, onerror) => {
    Object.assign(link, { onload, onerror });
    document.head.append(link);
  })]);
  return script.default(shared);
}

export const parts = () => (coming ??= fetchThem().catch((error) => {
  coming = null;
  throw error;
}));

// Call one of them by name; nothing happens where it cannot be fetched now.
export const use = (name, ...facts) => parts().then((all) => all[name](...facts), () => {});
