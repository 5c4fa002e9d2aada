// The conversation over plain HTTP, for networks that block WebSocket: one exchange after another.
const PATIENCE = 10000;

export class Exchange {
  up = false;
  #queue = [];
  #fails = 0;
  #busy = false;
  #again = false;
  #stopped = false;
  #timer;

  constructor(url, { hello, interval, onFrame, onState }) {
    Object.assign(this, { url, hello, interval, onFrame, onState });
  }

  send(frame) {
    this.#queue.push(frame);
    this.run();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async run() {
    this.#again = this.#busy;
    if (this.#busy || this.#stopped) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    let wait;
    try {
      const frames = await this.#post([this.hello(), ...this.#queue.splice(0, 20)]);
      if (this.#stopped) return;
      this.#fails = 0;
      this.up = true;
      this.onState("open");
      frames.forEach(this.onFrame);
      wait = this.#queue.length || this.#again ? 0 : this.interval();
    } catch (error) {
      this.#queue = [];
      this.up = false;
      wait = error.wait ?? Math.min(document.hidden ? 15000 : 5000, 500 * 2 ** this.#fails++) * (0.5 + Math.random() / 2);
      if (!this.#stopped) this.onState(error.gone ? "gone" : "lost", wait);
    } finally {
      this.#busy = false;
    }
    if (!this.#stopped) this.#timer = setTimeout(() => this.run(), wait);
  }

  async #post(frames) {
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), PATIENCE);
    try {
      const response = await fetch(this.url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        credentials: "omit",
        body: JSON.stringify({ frames }),
        signal: control.signal,
      });
      if (response.status === 404) throw Object.assign(new Error(), { gone: true });
      if (response.status === 429) {
        throw Object.assign(new Error(), { wait: 1000 * (Number(response.headers.get("Retry-After")) || 5) });
      }
      if (!response.ok) throw new Error();
      return (await response.json()).frames;
    } finally {
      clearTimeout(timer);
    }
  }
}
