import { closeCodes, fromAgentSchema, linkLimits } from '@selvedge/edge-runtime/protocol';
import type { FromAgent, ToAgent } from '@selvedge/edge-runtime/protocol';
import { WebSocket } from 'ws';
import { createRateLimiter } from '../kernel/limits.ts';
import type { RateLimiter } from '../kernel/limits.ts';
import type { Clock } from '../kernel/clock.ts';
import { parseStorable } from '../kernel/parse-storable.ts';

/** Messages that wait to be handled before the socket is read no further. */
const inboxMax = 16;
/** Bytes that wait to be sent before the agent counts as not reading. */
const outboxBytesMax = 16 * linkLimits.messageBytesMax;
const closeWaitMs = 2_000;

export interface SocketHandlers {
  /** Called for one message at a time, in the order they came. What it throws ends the connection. */
  onMessage(message: FromAgent): Promise<void>;
  /** Something was heard: a message or a ping. */
  onHeard(): void;
  /** The agent broke the protocol or a limit; for the log. */
  onRefused(reason: string): void;
  onFailure(error: unknown): void;
  /** Called exactly once, whatever ended it, after the last message was handled. */
  onEnd(): void;
}

/**
 * One agent's WebSocket: parses, paces, bounds.
 *
 * 1. Nothing unparsed leaves here; the first message that is not of the protocol ends the connection.
 * 2. Messages are handled one after another; while too many wait the socket is not read, so the agent feels it.
 * 3. An agent that sends too fast, or does not read what it is sent, is cut off.
 */
export class LinkSocket {
  readonly #socket: WebSocket;
  readonly #handlers: SocketHandlers;
  readonly #rate: RateLimiter;
  readonly #inbox: FromAgent[] = [];
  #handling = false;
  #closing = false;
  #ended = false;

  constructor(socket: WebSocket, clock: Clock, handlers: SocketHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#rate = createRateLimiter(clock, { perSecond: linkLimits.messagesPerSecondMax, burst: linkLimits.messagesBurstMax, keysMax: 1 });
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('ping', () => handlers.onHeard());
    socket.on('pong', () => handlers.onHeard());
    // The reason is in the close that follows: 1009 for a message that is too large, 1006 for a connection that broke.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#ended = true;
      if (!this.#handling) handlers.onEnd();
    });
  }

  send(message: ToAgent): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > outboxBytesMax) return this.terminate();
    this.#socket.send(JSON.stringify(message));
  }

  /** Says why, and closes. The agent sees the code even when it does not understand the message before it. */
  refuse(refusal: Extract<ToAgent, { type: 'refused' }>, closeCode: number): void {
    this.send(refusal);
    this.close(closeCode, refusal.code);
  }

  close(code: number, reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#inbox.length = 0;
    this.#socket.resume();
    this.#socket.close(code, Buffer.from(reason).subarray(0, 123).toString());
    setTimeout(() => this.#socket.terminate(), closeWaitMs).unref();
  }

  terminate(): void {
    this.#closing = true;
    this.#socket.terminate();
  }

  /** Whether the other end answers a ping within `ms`: a connection that was cut without a word does not. */
  async answersWithin(ms: number): Promise<boolean> {
    if (this.#socket.readyState !== WebSocket.OPEN) return false;
    return new Promise((resolve) => {
      const settle = (answers: boolean): void => {
        clearTimeout(timer);
        this.#socket.off('pong', answered);
        this.#socket.off('close', ended);
        resolve(answers);
      };
      const answered = (): void => settle(true);
      const ended = (): void => settle(false);
      const timer = setTimeout(ended, ms);
      this.#socket.on('pong', answered);
      this.#socket.on('close', ended);
      this.#socket.ping();
    });
  }

  #receive(data: unknown, isBinary: boolean): void {
    if (this.#closing) return;
    this.#handlers.onHeard();
    if (!this.#rate.take('').allowed) return this.#break(closeCodes.tooFast, `more than ${linkLimits.messagesPerSecondMax} messages a second`);
    if (isBinary || !Buffer.isBuffer(data)) return this.#break(closeCodes.protocol, 'a message is JSON text');
    const parsed = parse(data);
    if (!parsed.ok) return this.#break(closeCodes.protocol, parsed.reason);
    this.#inbox.push(parsed.message);
    if (this.#inbox.length >= inboxMax) this.#socket.pause();
    if (!this.#handling) void this.#handleAll();
  }

  async #handleAll(): Promise<void> {
    this.#handling = true;
    for (let message = this.#inbox.shift(); message !== undefined && !this.#closing; message = this.#inbox.shift()) {
      if (this.#inbox.length < inboxMax / 2) this.#socket.resume();
      try {
        await this.#handlers.onMessage(message);
      } catch (error) {
        this.#handlers.onFailure(error);
        // 1013: try again later. Nothing was acknowledged, so nothing is lost.
        this.close(1013, 'the control plane could not take this in; try again later');
      }
    }
    this.#handling = false;
    if (this.#ended) this.#handlers.onEnd();
  }

  #break(code: number, reason: string): void {
    this.#handlers.onRefused(reason);
    this.close(code, reason);
  }
}

function parse(data: Buffer): { ok: true; message: FromAgent } | { ok: false; reason: string } {
  let value: unknown;
  try {
    value = parseStorable(data.toString('utf8'));
  } catch {
    return { ok: false, reason: 'a message that is not JSON' };
  }
  const parsed = fromAgentSchema.safeParse(value);
  if (parsed.success) return { ok: true, message: parsed.data };
  const issue = parsed.error.issues[0];
  return { ok: false, reason: `not of this protocol: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}` };
}
