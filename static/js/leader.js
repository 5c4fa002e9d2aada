// Of several tabs of one agent, one speaks. Web Locks pass the word on when that tab is closed, also when it crashes.

const agent = document.getElementById("counters")?.dataset.agent ?? "";
const VISIBLE = `visible-${agent}`;

/** Call `begin` in one of the agent's tabs: in this one at once, or when the one before it is gone. */
export function lead(name, begin) {
  if (!navigator.locks) {
    begin();
    return;
  }
  navigator.locks.request(`${name}-${agent}`, () => {
    begin();
    return new Promise(() => {});
  });
}

/** Whether the agent sees any of their tabs. */
export async function isSeen() {
  if (!document.hidden) return true;
  const { held } = (await navigator.locks?.query()) ?? { held: [] };
  return held.some((lock) => lock.name === VISIBLE);
}

/** As long as this tab is visible it holds a shared lock, which the others can see. */
function sayVisible() {
  if (document.hidden) return;
  navigator.locks.request(VISIBLE, { mode: "shared" }, () => document.hidden || untilHidden());
}

function untilHidden() {
  return new Promise((hidden) => document.addEventListener("visibilitychange", hidden, { once: true }));
}

if (agent && navigator.locks) {
  sayVisible();
  document.addEventListener("visibilitychange", sayVisible);
}
