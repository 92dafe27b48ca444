// @ts-check
// Comes before the reference client in its workers (webpack.config.js): a socket that keeps to the cap on data, stops when
// told to, and lets nothing through that the protocol does not allow.

const asked = new URL(location.href).searchParams;
/** Bytes that may go through, and whom to listen to. */
const most = Number(asked.get('most'));
const orders = new BroadcastChannel(asked.get('run') ?? '');

/** The protocol's limits: spec/ndt7-protocol.md of m-lab/ndt-server. */
const [SMALLEST, LARGEST] = [1 << 10, 1 << 24];
const TEXT_LIMIT = 1 << 16;

const Plain = globalThis.WebSocket;

globalThis.WebSocket = class extends Plain {
  #began = 0;
  #moved = 0;

  /** @param {string} url @param {string} protocol */
  constructor(url, protocol) {
    super(url, protocol);
    const uploads = new URL(url).pathname.endsWith('/upload');
    this.addEventListener('open', () => (this.#began = performance.now()));
    this.addEventListener('message', (event) => {
      const { data } = event;
      this.#moved += typeof data === 'string' ? data.length : data.size;
      if (!(typeof data === 'string' ? isMeasurement(data) : !uploads && data.size >= SMALLEST && data.size <= LARGEST)) {
        event.stopImmediatePropagation();
        this.#end({ MsgType: 'error', Error: 'unfit' });
      } else if (this.#moved >= most) {
        event.stopImmediatePropagation();
        this.#measure(true);
        this.#end({ MsgType: 'complete' });
      }
    });
    orders.onmessage = () => this.#end({ MsgType: 'complete' });
  }

  /** @param {Uint8Array} data */
  send(data) {
    if (this.#moved + data.length > most) {
      this.#measure(true);
      this.#end({ MsgType: 'complete' });
      return;
    }
    this.#moved += data.length;
    super.send(data);
  }

  /** As the client's own. @param {boolean} capped */
  #measure(capped) {
    const seconds = (performance.now() - this.#began) / 1000;
    const bytes = this.#moved - this.bufferedAmount;
    const measured = { ElapsedTime: seconds, NumBytes: bytes, MeanClientMbps: (bytes * 8) / 1e6 / seconds, Capped: capped };
    postMessage({ MsgType: 'measurement', Source: 'client', ClientData: measured });
  }

  /** The client ends this worker at that, and with it what the socket still has to send. @param {any} message */
  #end(message) {
    this.close();
    postMessage(message);
  }
};

/** @param {string} text */
function isMeasurement(text) {
  if (text.length > TEXT_LIMIT) return false;
  try {
    const told = JSON.parse(text);
    return typeof told === 'object' && told !== null && !Array.isArray(told);
  } catch {
    return false;
  }
}
