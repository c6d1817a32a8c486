import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { challengeText, toAgentSchema } from '@selvedge/edge-runtime/protocol';
import type { FromAgent, Report, ToAgent } from '@selvedge/edge-runtime/protocol';
import { afterAll } from 'vitest';
import { WebSocket } from 'ws';
import type { Hello } from '../sessions.ts';

type Of<Type extends ToAgent['type']> = Extract<ToAgent, { type: Type }>;

/** A key as a node's disk holds it: what is copied when a machine is. */
export interface NodeKey {
  privateKey: KeyObject;
  publicKey: string;
}

export function aKey(): NodeKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey, publicKey: publicKey.export({ format: 'jwk' }).x ?? '' };
}

const open = new Set<WebSocket>();
let registered = false;

/** One connection that speaks the protocol word by word, so that a test can also speak it wrongly. */
export class WireAgent {
  readonly received: ToAgent[] = [];
  readonly key: NodeKey;
  readonly #socket: WebSocket;
  readonly #waiters = new Set<() => void>();
  closed: { code: number; reason: string } | undefined;

  constructor(url: string, key: NodeKey = aKey()) {
    this.key = key;
    this.#socket = new WebSocket(url);
    open.add(this.#socket);
    if (!registered) {
      registered = true;
      afterAll(() => {
        for (const socket of open) socket.terminate();
      });
    }
    this.#socket.on('message', (data) => {
      this.received.push(toAgentSchema.parse(JSON.parse(String(data))));
      this.#wake();
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#wake();
    });
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
  }

  /** Resolves with the first defined, non-false answer of `fact`, asked after everything that happens. */
  async until<Value>(fact: () => Value | undefined | false): Promise<Value> {
    for (;;) {
      const value = fact();
      if (value !== undefined && value !== false) return value;
      await new Promise<void>((resolve) => {
        const waiter = (): void => {
          this.#waiters.delete(waiter);
          resolve();
        };
        this.#waiters.add(waiter);
      });
    }
  }

  /** The `nth` message of a type, waiting for it. */
  async message<Type extends ToAgent['type']>(type: Type, nth = 0): Promise<Of<Type>> {
    return this.until(() => this.received.filter((message): message is Of<Type> => message.type === type)[nth]);
  }

  async ended(): Promise<{ code: number; reason: string }> {
    return this.until(() => this.closed);
  }

  async opened(): Promise<this> {
    if (this.#socket.readyState !== WebSocket.OPEN) await new Promise((resolve) => this.#socket.once('open', resolve));
    return this;
  }

  send(message: FromAgent): void {
    this.#socket.send(JSON.stringify(message));
  }

  sendRaw(data: string | Uint8Array): void {
    this.#socket.send(data);
  }

  ping(): void {
    this.#socket.ping();
  }

  /** Stops reading and answering, as a machine that lost its network does. */
  freeze(): void {
    this.#socket.pause();
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.ended();
  }

  /** Ends without a word, as a killed process does. */
  kill(): void {
    this.#socket.terminate();
  }

  hello(given: Partial<Hello> = {}): Hello {
    return {
      type: 'hello',
      protocol: 1,
      agentVersion: '0.1.0',
      name: `node-${this.key.publicKey.slice(0, 6).toLowerCase().replaceAll(/[^a-z0-9]/g, 'x')}`,
      publicKey: this.key.publicKey,
      labels: {},
      facts: { hostname: 'test', platform: 'linux', architecture: 'x64', cores: 2, memoryBytes: 1024, nodeVersion: '24.0.0' },
      instance: randomUUID(),
      ...given,
    };
  }

  /** Says hello and proves the key; what follows is the control plane's decision. */
  async shakeHands(given: Partial<Hello> = {}): Promise<Hello> {
    await this.opened();
    const hello = this.hello(given);
    this.send(hello);
    const { nonce } = await this.message('challenge');
    this.send({ type: 'proof', signature: sign(null, Buffer.from(challengeText(nonce, hello.publicKey, hello.instance)), this.key.privateKey).toString('base64url') });
    return hello;
  }

  async join(given: Partial<Hello> = {}): Promise<Of<'welcome'>> {
    await this.shakeHands(given);
    return this.message('welcome');
  }
}

export function aReport(given: Partial<Report> = {}): Report {
  return { type: 'report', observedGeneration: 0, sync: 'Unknown', reason: 'NoBundle', message: '', conditions: [], rules: [], models: [], ...given };
}
