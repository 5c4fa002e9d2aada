// Who the visitor is: a token that means nothing until the first message, and is kept only from then on.
import { get, remove, set } from "./store.js";

let token = null;

export const known = () => get("token") !== null;

export const current = () => get("token") ?? token;

// The server answers each hello with the token that this connection stands for.
export function welcomed(fresh) {
  token = fresh;
  if (known()) set("token", fresh);
}

export function keep(fresh) {
  token = fresh;
  set("token", fresh);
}

export function forget() {
  token = null;
  remove("token");
}

// Before anything is sent: another tab may have become somebody meanwhile, and then this one is that visitor too.
// False: the connection stands for a stranger and has to say hello again.
export function claim() {
  const decide = () => {
    const kept = get("token");
    if (kept === null && token !== null) set("token", token);
    return token !== null && (kept === null || kept === token);
  };
  try {
    return navigator.locks.request("contactcenter", decide).catch(decide);
  } catch {
    return Promise.resolve(decide());
  }
}

// What the snippet's attributes say of them: data-id, data-hash, data-name, data-email, and data-field-… of any name.
export function introduce(said) {
  const { id, hash, name, email, ...others } = said ?? {};
  const known = { name, email };
  for (const key in others) if (key.startsWith("field")) known[key.slice(5)] = others[key];
  return { known, identity: { id, hash } };
}
