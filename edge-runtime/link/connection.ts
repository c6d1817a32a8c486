import { WebSocket } from 'ws';
import { TokenBucket } from '../kernel/token-bucket.ts';
import { closeCodes, type FromAgent, linkLimits, type ToAgent, toAgentSchema } from '../protocol/index.ts';

/** Below the limit that the control plane enforces: two clocks never agree. */
const OUTBOUND_PER_SECOND = linkLimits.messagesPerSecondMax * 0.8;
const OUTBOUND_BURST = linkLimits.messagesBurstMax * 0.5;
const OUTBOUND_QUEUE_MAX = 256;
const SILENT_HEARTBEATS_MAX = 2.5;
/** A peer that does not answer the closing handshake is left after this long. */
const CLOSE_WAIT_MS = 1000;

export interface ConnectionOptions {
  readonly url: string;
  /** The address of this machine that the connection leaves from; the system chooses unless given. */
  readonly localAddress?: string | undefined;
  readonly heartbeatMs: number;
  readonly handshakeMs: number;
  readonly now: () => number;
  readonly onOpen: () => void;
  readonly onMessage: (message: ToAgent) => void;
  /** Called exactly once, whatever ended it. */
  readonly onEnd: (end: ConnectionEnd) => void;
}

/** `code` is the WebSocket close code; 1006 when the peer vanished without one. */
export interface ConnectionEnd {
  readonly code: number;
  readonly reason: string;
}

/**
 * One WebSocket to the control plane: parses what comes in, paces what goes out, and notices a peer that has gone silent.
 *
 * 1. Nothing unparsed leaves `onMessage`; the first message that does not parse ends the connection.
 * 2. Messages leave in the order of `send`, never faster than the control plane accepts them.
 * 3. The outbound queue is bounded; when it is full `send` says no and the caller keeps what it has.
 */
export class LinkConnection {
  readonly #options: ConnectionOptions;
  readonly #socket: WebSocket;
  readonly #inbound: TokenBucket;
  readonly #outbound: TokenBucket;
  readonly #queue: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #drainTimer: NodeJS.Timeout | undefined;
  #closeTimer: NodeJS.Timeout | undefined;
  #heardAt: number;
  #endReason: ConnectionEnd | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#heardAt = options.now();
    this.#inbound = new TokenBucket(linkLimits.messagesPerSecondMax, linkLimits.messagesBurstMax, this.#heardAt);
    this.#outbound = new TokenBucket(OUTBOUND_PER_SECOND, OUTBOUND_BURST, this.#heardAt);
    this.#socket = new WebSocket(options.url, { maxPayload: linkLimits.messageBytesMax, perMessageDeflate: false, handshakeTimeout: options.handshakeMs, localAddress: options.localAddress });
    this.#socket.on('open', () => {
      this.#heard();
      this.#timer = setInterval(() => this.#checkPeer(), options.heartbeatMs);
      options.onOpen();
    });
    this.#socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    this.#socket.on('ping', () => this.#heard());
    this.#socket.on('pong', () => this.#heard());
    this.#socket.on('error', (error) => {
      this.#endReason ??= { code: 1006, reason: error.message === '' ? 'the control plane cannot be reached' : error.message };
    });
    this.#socket.on('close', (code, reason) => this.#ended(code, reason.toString()));
  }

  /** Queues a message; false when the connection is closing or the queue is full. */
  send(message: FromAgent): boolean {
    if (this.#endReason !== undefined || this.#queue.length >= OUTBOUND_QUEUE_MAX) return false;
    const text = JSON.stringify(message);
    if (Buffer.byteLength(text) > linkLimits.messageBytesMax) throw new RangeError(`a ${message.type} message of more than ${linkLimits.messageBytesMax} bytes cannot be sent`);
    this.#queue.push(text);
    this.#drain();
    return true;
  }

  /** Whether a message sent now would leave at once: what is optional should wait for this. */
  get idle(): boolean {
    return this.#queue.length === 0 && this.#socket.readyState === WebSocket.OPEN && this.#socket.bufferedAmount < linkLimits.messageBytesMax;
  }

  /** Starts the closing handshake; `onEnd` follows, at the latest when the peer has stayed silent for a second. */
  close(code: number, reason: string): void {
    this.#endReason ??= { code, reason };
    this.#socket.close(code, reason.slice(0, 120));
    this.#closeTimer ??= setTimeout(() => this.#socket.terminate(), CLOSE_WAIT_MS);
  }

  /** Ends now, without a word to the peer. */
  terminate(reason: string): void {
    this.#endReason ??= { code: 1006, reason };
    this.#socket.terminate();
  }

  #receive(data: unknown, isBinary: boolean): void {
    if (this.#endReason !== undefined) return;
    const now = this.#options.now();
    this.#heard();
    if (!this.#inbound.take(now)) return this.close(closeCodes.tooFast, 'too many messages');
    if (isBinary || !Buffer.isBuffer(data)) return this.close(closeCodes.protocol, 'a message is JSON text');
    const message = parseMessage(data.toString('utf8'));
    if (typeof message === 'string') return this.close(closeCodes.protocol, message);
    this.#options.onMessage(message);
  }

  #drain(): void {
    if (this.#drainTimer !== undefined || this.#socket.readyState !== WebSocket.OPEN) return;
    while (this.#queue.length > 0) {
      const waitMs = this.#socket.bufferedAmount > linkLimits.messageBytesMax ? 50 : this.#outbound.waitMs(this.#options.now());
      if (waitMs > 0) {
        this.#drainTimer = setTimeout(() => {
          this.#drainTimer = undefined;
          this.#drain();
        }, waitMs);
        return;
      }
      this.#outbound.take(this.#options.now());
      const text = this.#queue.shift();
      if (text !== undefined) this.#socket.send(text);
    }
  }

  #heard(): void {
    this.#heardAt = this.#options.now();
  }

  #checkPeer(): void {
    const silentMs = this.#options.now() - this.#heardAt;
    if (silentMs > this.#options.heartbeatMs * SILENT_HEARTBEATS_MAX) return this.terminate(`the control plane has been silent for ${Math.round(silentMs / 1000)} s`);
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  #ended(code: number, reason: string): void {
    clearInterval(this.#timer);
    clearTimeout(this.#drainTimer);
    clearTimeout(this.#closeTimer);
    this.#queue.length = 0;
    this.#endReason ??= { code, reason: reason === '' ? 'the connection ended' : reason };
    this.#options.onEnd(code === 1006 || code === 1005 ? this.#endReason : { code, reason: reason === '' ? this.#endReason.reason : reason });
  }
}

/** The message, or what is wrong with it. */
function parseMessage(text: string): ToAgent | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'a message that is not JSON';
  }
  const parsed = toAgentSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return `a message not of this protocol: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`;
}
