import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Assignment, type BundleManifest, canonicalJson, challengeText, type Digest, type Envelope, type FromAgent, fingerprint, fromAgentSchema, type NodeKeyChange, publicKeySchema, type ToAgent, type Welcome } from '../protocol/index.ts';

type Of<Type extends FromAgent['type']> = Extract<FromAgent, { type: Type }>;
export type Verdict = 'welcome' | 'pending' | Extract<ToAgent, { type: 'refused' }>;

/** One agent's connection, as the control plane sees it. */
export interface AgentSession {
  readonly hello: Of<'hello'>;
  readonly received: FromAgent[];
  /** How often it was asked whether it is there. */
  pings: number;
  send(message: ToAgent): void;
  sendRaw(data: string | Buffer): void;
  close(code: number, reason: string): void;
  /** Stops reading and answering, without closing: a machine that froze. */
  freeze(): void;
}

export function digestOf(content: string | Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/**
 * A small control plane that speaks the real protocol over real sockets, for tests of the agent. What it decides is
 * set from outside: who is welcome, which artefacts it has, how it serves them.
 */
export class SimulatedControlPlane {
  readonly sessions: AgentSession[] = [];
  readonly artefacts = new Map<Digest, Buffer>();
  readonly artefactRequests: { digest: string; range: string | undefined }[] = [];
  readonly keyId = 'signing-1';
  readonly organization = 'org_1';
  readonly node = 'node_1';
  verdict: Verdict = 'welcome';
  recordsThrough = 0;
  acknowledges = true;
  /** Cuts an artefact's transfer after this many bytes, once. */
  cutAfterBytes: number | undefined;
  /** Replaces what is served in place of an artefact. */
  tamper: ((content: Buffer) => Buffer) | undefined;
  /** By key, which took its place: rotations that were carried out. */
  readonly replaced = new Map<string, string>();
  /** Whether nodes are asked for another key when they are welcome. */
  asksForKey = false;
  /** Takes keys and says nothing of it, as when it is killed in between. */
  isSilentAboutKeys = false;
  #port = 0;
  readonly #privateKey: KeyObject;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #waiters: { matches: () => unknown; resolve: (value: unknown) => void }[] = [];

  constructor() {
    this.#privateKey = generateKeyPairSync('ed25519').privateKey;
    this.#http = createServer((request, response) => this.#serve(request, response));
    this.#sockets = new WebSocketServer({ server: this.#http, path: '/link' });
    this.#sockets.on('connection', (socket) => this.#greet(socket));
  }

  get publicKey(): string {
    return publicKeySchema.parse(createPublicKey(this.#privateKey).export({ format: 'jwk' }).x);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Kept when it is closed, so that it can come back where it was. */
  get port(): number {
    return this.#port;
  }

  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#http.listen(port, '127.0.0.1', resolve));
    // An HTTP server that listens on TCP has an AddressInfo.
    this.#port = (this.#http.address() as AddressInfo).port;
    return this;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  /** Resolves with the first defined, non-false answer of `fact`, asked after everything that happens. */
  async until<Value>(fact: () => Value | undefined | false): Promise<Value> {
    const now = fact();
    if (now !== undefined && now !== false) return now;
    return new Promise((resolve) => {
      this.#waiters.push({ matches: fact, resolve: (value) => resolve(value as Value) });
    });
  }

  get latest(): AgentSession | undefined {
    return this.sessions.at(-1);
  }

  /** Every message of one type, over all sessions. */
  all<Type extends FromAgent['type']>(type: Type): Of<Type>[] {
    return this.sessions.flatMap((session) => session.received.filter((message): message is Of<Type> => message.type === type));
  }

  publish(content: string | Buffer): { digest: Digest; bytes: number } {
    const bytes = Buffer.from(content);
    const digest = digestOf(bytes);
    this.artefacts.set(digest, bytes);
    return { digest, bytes: bytes.length };
  }

  seal(value: Parameters<typeof canonicalJson>[0], key: KeyObject = this.#privateKey): Envelope {
    const payload = canonicalJson(value);
    return { payload, signatures: [{ keyId: this.keyId, signature: sign(null, Buffer.from(payload), key).toString('base64url') }] };
  }

  desired(manifest: BundleManifest, generation: number, overrides: Partial<Assignment> = {}): Extract<ToAgent, { type: 'desired' }> {
    const bundle = this.seal(manifest);
    const assignment: Assignment = { schema: 'selvedge.assignment/1', organization: this.organization, node: this.node, generation, bundle: digestOf(bundle.payload), settings: {}, issuedAt: Date.now(), ...overrides };
    return { type: 'desired', bundle, assignment: this.seal(assignment) };
  }

  welcome(): Welcome {
    return {
      type: 'welcome',
      node: this.node,
      organization: this.organization,
      artefactToken: 'artefact-token',
      artefactUrl: `${this.url}/artefacts`,
      signingKeys: [{ keyId: this.keyId, publicKey: this.publicKey }],
      recordsThrough: this.recordsThrough,
    };
  }

  #greet(socket: WebSocket): void {
    const nonce = randomBytes(32).toString('base64url');
    let session: AgentSession | undefined;
    const send = (message: ToAgent): void => socket.send(JSON.stringify(message));
    socket.on('message', (data) => {
      const message = fromAgentSchema.parse(JSON.parse(String(data)));
      if (message.type === 'hello') {
        session = {
          hello: message,
          received: [message],
          pings: 0,
          send,
          sendRaw: (raw) => socket.send(raw),
          close: (code, reason) => socket.close(code, reason),
          freeze: () => {
            socket.pause();
            socket.removeAllListeners('message');
          },
        };
        this.sessions.push(session);
        send({ type: 'challenge', nonce, serverTime: Date.now() });
      } else if (session !== undefined) {
        session.received.push(message);
        if (message.type === 'proof') void this.#judge(session, nonce, message.signature);
        if (message.type === 'newKey') this.#takeKey(session, message);
        if (message.type === 'records') this.#take(session, message.records);
      }
      this.#changed();
    });
    socket.on('ping', () => {
      if (session !== undefined) session.pings += 1;
      this.#changed();
    });
    socket.on('close', () => this.#changed());
  }

  async #judge(session: AgentSession, nonce: string, signature: string): Promise<void> {
    const { hello } = session;
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: hello.publicKey }, format: 'jwk' });
    const proven = verify(null, Buffer.from(challengeText(nonce, hello.publicKey, hello.instance)), key, Buffer.from(signature, 'base64url'));
    if (!proven) session.send({ type: 'refused', code: 'proof', message: 'The signature is not of this key.' });
    else if (this.replaced.has(hello.publicKey)) {
      session.send(this.keyTaken(hello.publicKey));
      session.send({ type: 'refused', code: 'revoked', message: 'Another key took its place.' });
    } else if (this.verdict === 'welcome') {
      session.send(this.welcome());
      if (this.asksForKey) session.send({ type: 'rotateKey' });
    } else if (this.verdict === 'pending') session.send({ type: 'pending', fingerprint: await fingerprint(hello.publicKey), message: 'Waiting for approval.' });
    else session.send(this.verdict);
  }

  /** The signed word of what took a key's place. */
  keyTaken(replaces: string, key: KeyObject = this.#privateKey): Extract<ToAgent, { type: 'keyTaken' }> {
    const change: NodeKeyChange = { schema: 'selvedge.node-key/1', organization: this.organization, node: this.node, publicKey: this.replaced.get(replaces) ?? '', replaces, at: 1 };
    return { type: 'keyTaken', change: this.seal(change, key) };
  }

  #takeKey(session: AgentSession, { publicKey }: Of<'newKey'>): void {
    this.asksForKey = false;
    this.replaced.set(session.hello.publicKey, publicKey);
    if (!this.isSilentAboutKeys) session.send(this.keyTaken(session.hello.publicKey));
  }

  #take(session: AgentSession, records: Of<'records'>['records']): void {
    if (!this.acknowledges) return;
    this.recordsThrough = Math.max(this.recordsThrough, ...records.map((record) => record.sequence));
    session.send({ type: 'ack', through: this.recordsThrough });
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const digest = request.url?.replace('/artefacts/', '') ?? '';
    const content = [...this.artefacts].find(([known]) => known === digest)?.[1];
    const range = request.headers.range;
    this.artefactRequests.push({ digest, range });
    this.#changed();
    if (request.headers.authorization !== 'Bearer artefact-token') return void response.writeHead(401).end();
    if (content === undefined) return void response.writeHead(404).end();
    const served = this.tamper?.(content) ?? content;
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const part = served.subarray(start);
    response.writeHead(range === undefined ? 200 : 206, { 'content-length': part.length, ...(range === undefined ? {} : { 'content-range': `bytes ${start}-${served.length - 1}/${served.length}` }) });
    if (this.cutAfterBytes === undefined || this.cutAfterBytes >= part.length) return void response.end(part);
    const cut = this.cutAfterBytes;
    this.cutAfterBytes = undefined;
    response.write(part.subarray(0, cut), () => response.destroy());
  }

  #changed(): void {
    for (const waiter of [...this.#waiters]) {
      const value = waiter.matches();
      if (value === undefined || value === false) continue;
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.resolve(value);
    }
  }
}
