// One WebSocket, from its opening to its end. It notices that it died, also after the laptop slept.
const PATIENCE = 8000;

export class Socket {
  welcomed = false;
  #timer;
  #asked = Date.now(); // unanswered since
  #pinged = Date.now();
  #ticked = Date.now();

  constructor(url, { hello, position, visible, onFrame, onEnd }) {
    this.position = position;
    this.visible = visible;
    this.onEnd = onEnd;
    this.ws = new WebSocket(url);
    this.ws.onopen = () => this.send(hello());
    this.ws.onclose = (event) => this.end(event.code);
    this.ws.onmessage = (event) => {
      this.#asked = 0;
      const frame = JSON.parse(event.data);
      if (frame.type === "welcome") this.welcomed = true;
      onFrame(frame);
    };
    this.#timer = setInterval(() => this.#tick(), 1000);
  }

  send(frame) {
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(JSON.stringify(frame));
  }

  // Is anybody there? An answer has to come in 8 seconds.
  check() {
    if (!this.welcomed) return;
    this.#pinged = Date.now();
    this.#asked ||= this.#pinged;
    this.send({ type: "ping", ref: "ping", data: this.position() ?? { conversation: null, seq: 0 } });
  }

  #tick() {
    const now = Date.now();
    const slept = Math.abs(now - this.#ticked) > 5000;
    this.#ticked = now;
    if (slept) {
      this.#asked = now; // the answer had no chance to arrive while everything stood still
      this.check();
    } else if (this.#asked && now - this.#asked > PATIENCE) {
      this.end(0);
    } else if (now - this.#pinged >= (this.visible() ? 10000 : 30000)) {
      this.check();
    }
  }

  end(code) {
    clearInterval(this.#timer);
    const { ws, onEnd } = this;
    ws.onopen = ws.onclose = ws.onmessage = null;
    this.onEnd = () => {};
    ws.close();
    onEnd(code, this.welcomed);
  }
}
