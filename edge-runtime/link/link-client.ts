import type { Logger } from '../kernel/logger.ts';
import { challengeText, closeCodes, type FromAgent, type KeyTaken, linkLimits, PROTOCOL_VERSION, type ToAgent, type Welcome } from '../protocol/index.ts';
import { type BackoffPolicy, backoffMs } from './backoff.ts';
import { type ConnectionEnd, LinkConnection } from './connection.ts';
import type { NodeIdentity } from './identity.ts';

export type Hello = Extract<FromAgent, { type: 'hello' }>;
export type Refusal = Extract<ToAgent, { type: 'refused' }>;
/** What the control plane says once the node is known. */
export type Instruction = Exclude<ToAgent, { type: 'challenge' | 'welcome' | 'pending' | 'refused' }>;

/** Where the link stands; `message` is for a person. */
export type LinkState =
  | { readonly state: 'connecting' | 'connected' | 'stopped'; readonly message: string }
  | { readonly state: 'pending'; readonly message: string; readonly fingerprint: string }
  | { readonly state: 'waiting'; readonly message: string; readonly retryAt: number }
  | { readonly state: 'refused'; readonly message: string; readonly code: Refusal['code'] | 'untrusted'; readonly retryAt: number };

export interface LinkTimings {
  readonly heartbeatMs: number;
  readonly handshakeMs: number;
  /** From the proof to the verdict: longer, since the control plane has many to decide about after an outage. */
  readonly verdictMs: number;
  readonly reconnect: BackoffPolicy;
  /** After a refusal that only a person can lift. */
  readonly refused: BackoffPolicy;
  /** A session of at least this length starts the back-off afresh; a shorter one counts as a failure. */
  readonly stableMs: number;
}

export const defaultLinkTimings: LinkTimings = {
  heartbeatMs: linkLimits.heartbeatMs,
  handshakeMs: linkLimits.handshakeMs,
  verdictMs: linkLimits.verdictMs,
  reconnect: { minMs: linkLimits.reconnectMinMs, maxMs: linkLimits.reconnectMaxMs },
  refused: { minMs: 10 * 60_000, maxMs: 60 * 60_000 },
  stableMs: 5_000,
};

export interface LinkOptions {
  /** Where the control plane is, as an http or https address; its `/link` is spoken to. */
  readonly url: string;
  /** The address of this machine that the link leaves from, where it has several networks. */
  readonly localAddress?: string | undefined;
  readonly identity: NodeIdentity;
  /** What this start of the agent says of itself, asked for at each connection. */
  readonly hello: () => Omit<Hello, 'type' | 'protocol' | 'publicKey'>;
  readonly onWelcome: (welcome: Welcome) => void;
  readonly onInstruction: (instruction: Instruction) => void;
  /** Told in place of a welcome that another key is the node's: whether it changed over, and is to connect again with that one. */
  readonly onKeyTaken?: ((taken: KeyTaken) => Promise<boolean>) | undefined;
  readonly onState: (state: LinkState) => void;
  readonly timings: LinkTimings;
  readonly logger: Logger;
  readonly now: () => number;
  readonly random: () => number;
}

type Phase = 'hello' | 'proof' | 'pending' | 'welcome';
interface SessionEnd extends ConnectionEnd {
  readonly refusal: { readonly code: Refusal['code'] | 'untrusted'; readonly message: string } | undefined;
  /** How long the node was welcome, in milliseconds; 0 when it never was. */
  readonly welcomeMs: number;
}

/** The WebSocket address of a control plane's link. */
export function linkAddress(url: string): string {
  const address = new URL('/link', url);
  address.protocol = address.protocol === 'https:' || address.protocol === 'wss:' ? 'wss:' : 'ws:';
  return address.href;
}

/**
 * Where artefacts come from: what the welcome says, relative to the link. A control plane that knows itself only as
 * `localhost` means the machine that it answered from, which this node reached under another name.
 */
export function artefactAddress(artefactUrl: string, link: string): string {
  const address = new URL(artefactUrl, link);
  const reached = new URL(link);
  if (address.protocol === 'ws:' || address.protocol === 'wss:') address.protocol = address.protocol === 'ws:' ? 'http:' : 'https:';
  if (isLoopback(address.hostname) && !isLoopback(reached.hostname)) address.hostname = reached.hostname;
  return address.href.replace(/\/$/, '');
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}

/**
 * Keeps one connection to the control plane for as long as the agent lives, and survives every way in which it can end.
 * Nothing here touches what the node runs: a node without a link goes on working (I7).
 */
export class LinkClient {
  readonly #options: LinkOptions;
  #connection: LinkConnection | undefined;
  #welcomed = false;
  #distrust: string | undefined;
  #state: LinkState = { state: 'stopped', message: 'Not started.' };

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Sends when the node is welcome; false when it is not, or when too much waits already. */
  send(message: Exclude<FromAgent, { type: 'hello' | 'proof' }>): boolean {
    return this.#welcomed && this.#connection !== undefined && this.#connection.send(message);
  }

  /** As `send`, but only when nothing else waits: for what may be left out. */
  sendIfIdle(message: Exclude<FromAgent, { type: 'hello' | 'proof' }>): boolean {
    return this.#connection?.idle === true && this.send(message);
  }

  /** Leaves a control plane that is not the one this node belongs to; asked again as seldom as one that refuses. */
  distrust(message: string): void {
    this.#distrust = message;
    this.#welcomed = false;
    this.#connection?.close(closeCodes.refused, 'not the control plane of this node');
  }

  /** Ends the connection and makes another: whoever answers says all of it again. */
  connectAgain(reason: string): void {
    this.#welcomed = false;
    this.#connection?.close(1011, reason);
  }

  /** Connects, and connects again, until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    let refusals = 0;
    while (!signal.aborted) {
      this.#become({ state: 'connecting', message: `Connecting to ${this.#options.url}.` });
      const end = await this.#session(signal);
      if (signal.aborted) break;
      const random = this.#options.random();
      const { timings } = this.#options;
      failures = end.welcomeMs >= timings.stableMs ? 0 : failures + 1;
      refusals = isLasting(end) ? refusals + 1 : 0;
      // Half of the long wait is certain: a refused node must not come back at once because the dice said so.
      const waitMs = refusals > 0 ? timings.refused.minMs / 2 + backoffMs(timings.refused, refusals - 1, random) / 2 : backoffMs(timings.reconnect, failures, random);
      this.#become(stateAfter(end, this.#options.now() + waitMs));
      await pause(waitMs, signal);
    }
    this.#become({ state: 'stopped', message: 'The agent is stopping.' });
  }

  #session(signal: AbortSignal): Promise<SessionEnd> {
    const options = this.#options;
    return new Promise((resolve) => {
      let phase: Phase = 'hello';
      let refusal: Refusal | undefined;
      let welcomedAt: number | undefined;
      let changedOver: Promise<boolean> = Promise.resolve(false);
      let deadline = setTimeout(() => connection.terminate('the control plane did not complete the handshake'), options.timings.handshakeMs);
      const stop = (): void => connection.close(1001, 'the agent is stopping');
      const hello: Hello = { ...options.hello(), type: 'hello', protocol: PROTOCOL_VERSION, publicKey: options.identity.publicKey };

      const connection = new LinkConnection({
        url: linkAddress(options.url),
        localAddress: options.localAddress,
        heartbeatMs: options.timings.heartbeatMs,
        handshakeMs: options.timings.handshakeMs,
        now: options.now,
        onOpen: () => connection.send(hello),
        onMessage: (message) => {
          if (message.type === 'refused') {
            refusal = message;
            return connection.close(1000, 'refused');
          }
          if (message.type === 'keyTaken' && phase === 'proof' && options.onKeyTaken !== undefined) {
            changedOver = options.onKeyTaken(message);
            return;
          }
          const next = nextPhase(phase, message);
          if (next === undefined) return connection.close(closeCodes.protocol, `${message.type} was not expected now`);
          phase = next;
          if (message.type === 'challenge') {
            clearTimeout(deadline);
            deadline = setTimeout(() => connection.terminate('the control plane did not decide about this node in time'), options.timings.verdictMs);
            connection.send({ type: 'proof', signature: options.identity.sign(challengeText(message.nonce, hello.publicKey, hello.instance)) });
          } else if (message.type === 'pending') {
            clearTimeout(deadline);
            this.#become({ state: 'pending', message: message.message, fingerprint: options.identity.fingerprint });
          } else if (message.type === 'welcome') {
            clearTimeout(deadline);
            welcomedAt = options.now();
            this.#welcomed = true;
            this.#become({ state: 'connected', message: `Connected to ${options.url}.` });
            options.onWelcome(message);
          } else {
            options.onInstruction(message);
          }
        },
        onEnd: (end) => {
          clearTimeout(deadline);
          signal.removeEventListener('abort', stop);
          this.#welcomed = false;
          this.#connection = undefined;
          const distrust = this.#distrust === undefined ? undefined : ({ code: 'untrusted', message: this.#distrust } as const);
          this.#distrust = undefined;
          const welcomeMs = welcomedAt === undefined ? 0 : options.now() - welcomedAt;
          // With another key it is another question.
          void changedOver.then((changed) => resolve(changed ? { code: 1000, reason: 'the key was changed', refusal: undefined, welcomeMs } : { ...end, refusal: distrust ?? refusal, welcomeMs }));
        },
      });
      this.#connection = connection;
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
    });
  }


  #become(state: LinkState): void {
    const changed = state.state !== this.#state.state || state.message !== this.#state.message;
    this.#state = state;
    if (changed) this.#options.onState(state);
  }
}

/** The handshake: challenge, then a verdict, then instructions. Undefined when the message has no place now. */
function nextPhase(phase: Phase, message: ToAgent): Phase | undefined {
  switch (message.type) {
    case 'challenge':
      return phase === 'hello' ? 'proof' : undefined;
    case 'pending':
      return phase === 'proof' || phase === 'pending' ? 'pending' : undefined;
    case 'welcome':
      return phase === 'proof' || phase === 'pending' ? 'welcome' : undefined;
    default:
      return phase === 'welcome' ? 'welcome' : undefined;
  }
}

/** Whether only a person can change the answer, so that asking again soon is pointless. `limit` passes by itself. */
function isLasting(end: SessionEnd): boolean {
  return end.code === closeCodes.revoked || (end.refusal !== undefined && end.refusal.code !== 'limit');
}

function stateAfter(end: SessionEnd, retryAt: number): LinkState {
  if (end.refusal !== undefined) return { state: 'refused', code: end.refusal.code, message: end.refusal.message, retryAt };
  if (end.code === closeCodes.revoked) return { state: 'refused', code: 'revoked', message: 'This node was revoked.', retryAt };
  return { state: 'waiting', message: `Not connected: ${end.reason}.`, retryAt };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
