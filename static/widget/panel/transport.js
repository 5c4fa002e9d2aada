// The way to the server: a WebSocket; after two tries in a row without a welcome, plain HTTP until a socket works again.
import { Exchange } from "./exchange.js";
import { Socket } from "./socket.js";

const jitter = () => 0.5 + Math.random() / 2;

export class Transport {
  state = "connecting"; // then open, lost (until `retryAt`) or gone
  retryAt = 0;
  #socket = null;
  #exchange = null;
  #refused = 0; // tries in a row without a welcome
  #tries = 0; // for the backoff
  #since = 0;
  #timer;

  constructor({ key, hello, position, visible, talking, onFrame, onState }) {
    Object.assign(this, { key, hello, position, visible, talking, onFrame, onState });
  }

  get up() {
    return Boolean(this.#socket?.welcomed || this.#exchange?.up);
  }

  send(type, data, ref) {
    const frame = ref ? { type, ref, data } : { type, data };
    if (this.#socket?.welcomed) this.#socket.send(frame);
    else if (this.#exchange?.up) this.#exchange.send(frame);
  }

  // Come back now: the network returned, the page was shown again, or the visitor asked for it.
  wake() {
    if (this.state === "gone") return;
    this.#socket?.check();
    this.#dial();
    this.#exchange?.run();
  }

  // Say hello again: somebody else's token, an unknown conversation, a silent server.
  refresh() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.end(0);
    this.wake();
  }

  // The page is put away, or the network is gone.
  pause() {
    this.#socket?.end(0);
  }

  #say(state, wait = 0) {
    this.state = state;
    this.retryAt = Date.now() + wait;
    this.onState(state);
  }

  #dial() {
    if (this.#socket) return;
    clearTimeout(this.#timer);
    this.#since = Date.now();
    try {
      this.#socket = this.#open();
    } catch {
      // Some browsers refuse a socket by an exception.
      this.#ended(0, false);
    }
  }

  #open() {
    const address = `${location.origin.replace("http", "ws")}/ws/widget/${this.key}/`;
    const socket = new Socket(address, {
      hello: this.hello,
      position: this.position,
      visible: this.visible,
      onFrame: (frame) => {
        if (socket !== this.#socket) return;
        if (frame.type === "welcome") this.#welcome();
        this.onFrame(frame);
      },
      onEnd: (code, welcomed) => socket === this.#socket && this.#ended(code, welcomed),
    });
    return socket;
  }

  #welcome() {
    this.#refused = 0;
    if (this.#exchange) {
      this.#exchange.stop();
      this.#exchange = null;
      // What was on its way over HTTP is in doubt, and goes again.
      this.onState("lost");
    }
    this.#say("open");
  }

  #ended(code, welcomed) {
    this.#socket = null;
    if (code === 4404) return this.#leave();
    if (welcomed) this.#refused = 0;
    else this.#refused += code === 4403 ? 2 : 1;
    if (welcomed && Date.now() - this.#since > 5000) this.#tries = 0;
    const restarting = code === 1012 && this.#tries === 0;
    let wait = restarting ? 300 * Math.random() : Math.min(document.hidden ? 15000 : 5000, 500 * 2 ** this.#tries) * jitter();
    if (code === 4429) wait = 15000;
    this.#tries += 1;
    if (this.#refused >= 2) this.#fallBack();
    else this.#say("lost", wait);
    this.#timer = setTimeout(() => this.#dial(), this.#exchange ? 30000 : wait);
    return undefined;
  }

  #fallBack() {
    if (this.#exchange) return;
    this.#exchange = new Exchange(`/widget/${this.key}/exchange`, {
      hello: this.hello,
      interval: () => (this.talking() ? 3000 : 15000),
      onFrame: this.onFrame,
      onState: (state, wait) => {
        if (state === "gone") return this.#leave();
        const returned = state === "open" && this.state === "lost";
        this.#say(state, wait);
        // Where HTTP answers again, a socket may work again too.
        if (returned) this.#dial();
        return undefined;
      },
    });
    this.#exchange.run();
  }

  #leave() {
    clearTimeout(this.#timer);
    this.#exchange?.stop();
    this.#exchange = null;
    this.#say("gone");
  }
}
