import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { linkLimits, type Report, type Welcome } from '../protocol/index.ts';
import { SimulatedControlPlane } from '../sim/control-plane.ts';
import { TcpProxy } from '../sim/tcp-proxy.ts';
import { backoffMs } from './backoff.ts';
import { NodeKeys } from './identity.ts';
import { artefactAddress, defaultLinkTimings, type Instruction, linkAddress, LinkClient, type LinkState, type LinkTimings } from './link-client.ts';
import { ReportSender } from './report-sender.ts';

const quick: LinkTimings = { heartbeatMs: 100, handshakeMs: 400, verdictMs: 800, reconnect: { minMs: 5, maxMs: 40 }, refused: { minMs: 60_000, maxMs: 60_000 }, stableMs: 1000 };
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const report: Report = { type: 'report', observedGeneration: 0, sync: 'Unknown', reason: 'NoBundle', message: '', conditions: [], rules: [], models: [] };

let folder: string;
let controlPlane: SimulatedControlPlane;
const cleanups: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selvedge-link-'));
  controlPlane = await new SimulatedControlPlane().listen();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await controlPlane.close();
  await rm(folder, { recursive: true });
});

async function start(url = controlPlane.url, timings = quick) {
  const identity = await NodeKeys.load(folder);
  const seen: { states: LinkState[]; welcomes: Welcome[]; instructions: Instruction[] } = { states: [], welcomes: [], instructions: [] };
  const waiters = new Set<() => void>();
  const note = <Item>(list: Item[]) => (item: Item): void => {
    list.push(item);
    for (const waiter of waiters) waiter();
  };
  const client = new LinkClient({
    url,
    identity,
    hello: () => ({ agentVersion: '0.1.0', name: 'n1', labels: {}, facts: { hostname: 'h', platform: 'linux', architecture: 'x64', cores: 2, memoryBytes: 1, nodeVersion: '24' }, instance: 'instance-1' }),
    onWelcome: note(seen.welcomes),
    onInstruction: note(seen.instructions),
    onState: note(seen.states),
    timings,
    logger: silent,
    now: () => Date.now(),
    random: () => 0.5,
  });
  const stopping = new AbortController();
  const running = client.run(stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await running;
  };
  cleanups.push(stop);
  const until = async (fact: () => boolean): Promise<void> => {
    while (!fact()) {
      await new Promise<void>((resolve) => {
        const waiter = (): void => {
          waiters.delete(waiter);
          resolve();
        };
        waiters.add(waiter);
      });
    }
  };
  return { client, seen, stop, until, identity };
}

describe('identity', () => {
  test('the key is made once, kept for its owner alone, and signs', async () => {
    const made = await NodeKeys.load(folder);
    expect((await stat(join(folder, 'identity.pem'))).mode & 0o777).toBe(0o600);
    const again = await NodeKeys.load(folder);
    expect(again.publicKey).toBe(made.publicKey);
    expect(again.fingerprint).toMatch(/^[0-9a-f]{4}(-[0-9a-f]{4}){3}$/);
  });

  test('a key that others can read, or that is none, is refused with the remedy', async () => {
    await NodeKeys.load(folder);
    await chmod(join(folder, 'identity.pem'), 0o644);
    await expect(NodeKeys.load(folder)).rejects.toThrow(/Set it to 600/);
    await writeFile(join(folder, 'identity.pem'), 'garbage');
    await chmod(join(folder, 'identity.pem'), 0o600);
    await expect(NodeKeys.load(folder)).rejects.toThrow(/no private key/);
  });
});

describe('back-off', () => {
  test('spreads over the whole range, and its ceiling doubles up to the limit', () => {
    const policy = { minMs: 250, maxMs: 60_000 };
    expect(backoffMs(policy, 0, 0)).toBe(0);
    expect(backoffMs(policy, 0, 0.999)).toBe(249);
    expect(backoffMs(policy, 3, 0.5)).toBe(1000);
    expect(backoffMs(policy, 1000, 0.5)).toBe(30_000);
  });

  test('a revoked node waits for minutes', () => {
    expect(defaultLinkTimings.refused.minMs).toBeGreaterThanOrEqual(10 * 60_000);
  });
});

describe('link client', () => {
  test('the address is the control plane\'s, with the scheme of a WebSocket', () => {
    expect(linkAddress('http://127.0.0.1:3000')).toBe('ws://127.0.0.1:3000/link');
    expect(linkAddress('https://selvedge.example/somewhere')).toBe('wss://selvedge.example/link');
  });

  test.each([
    ['http://localhost:3000/artefacts', 'http://10.0.0.5:3000', 'http://10.0.0.5:3000/artefacts'],
    ['http://localhost:3000/artefacts', 'http://127.0.0.1:3000', 'http://localhost:3000/artefacts'],
    ['https://files.example/artefacts/', 'https://selvedge.example', 'https://files.example/artefacts'],
    ['/artefacts', 'https://selvedge.example/x', 'https://selvedge.example/artefacts'],
    ['/artefacts', 'wss://selvedge.example', 'https://selvedge.example/artefacts'],
  ])('artefacts of %s, with a link to %s, come from %s', (artefactUrl, link, expected) => {
    expect(artefactAddress(artefactUrl, link)).toBe(expected);
  });

  test('proves its key and is welcome', async () => {
    const { client, seen, identity, until } = await start();
    await until(() => seen.welcomes.length > 0);
    expect(controlPlane.latest?.hello.publicKey).toBe(identity.publicKey);
    expect(client.state.state).toBe('connected');
    expect(seen.welcomes).toHaveLength(1);
  });

  test('while nothing happens it pings, and sends no message', async () => {
    await start();
    const session = await controlPlane.until(() => (controlPlane.latest?.pings ?? 0) >= 3 && controlPlane.latest);
    expect(session.received.map(({ type }) => type)).toEqual(['hello', 'proof']);
  });

  test('pending stays connected until a person approves', async () => {
    controlPlane.verdict = 'pending';
    const { client, until, identity } = await start();
    await until(() => client.state.state === 'pending');
    expect(client.state).toMatchObject({ fingerprint: identity.fingerprint });
    expect(client.send(report)).toBe(false);
    controlPlane.latest?.send(controlPlane.welcome());
    await until(() => client.state.state === 'connected');
    expect(controlPlane.sessions).toHaveLength(1);
    expect(client.send(report)).toBe(true);
    await controlPlane.until(() => controlPlane.all('report')[0]);
  });

  test.each(['revoked', 'denied', 'cloned', 'token'] as const)('%s: says so, and does not come back soon', async (code) => {
    controlPlane.verdict = { type: 'refused', code, message: `because: ${code}` };
    const { client, until } = await start();
    await until(() => client.state.state === 'refused');
    expect(client.state).toMatchObject({ code, message: `because: ${code}` });
    if (client.state.state === 'refused') expect(client.state.retryAt - Date.now()).toBeGreaterThan(20_000);
  });

  test('revoked while connected is the same', async () => {
    const { client, until } = await start();
    await until(() => client.state.state === 'connected');
    controlPlane.latest?.close(4003, 'revoked');
    await until(() => client.state.state === 'refused');
    expect(client.state).toMatchObject({ code: 'revoked' });
  });

  test('a control plane that is down is tried again until it is there', async () => {
    const { port } = controlPlane;
    await controlPlane.close();
    const { client, seen, until } = await start(`http://127.0.0.1:${port}`);
    await until(() => seen.states.filter((state) => state.state === 'waiting').length >= 3);
    controlPlane = await new SimulatedControlPlane().listen(port);
    await until(() => client.state.state === 'connected');
  });

  test('a cut network is noticed and survived, and the next connection starts from hello', async () => {
    const proxy = await new TcpProxy(controlPlane.port).listen();
    cleanups.push(() => proxy.close());
    const { client, until } = await start(proxy.url);
    await until(() => client.state.state === 'connected');
    proxy.drop();
    await until(() => client.state.state === 'waiting');
    proxy.open();
    await until(() => client.state.state === 'connected');
    expect(controlPlane.sessions.length).toBeGreaterThanOrEqual(2);
  });

  test('a peer that went silent without closing is left', async () => {
    const proxy = await new TcpProxy(controlPlane.port).listen();
    cleanups.push(() => proxy.close());
    const { client, seen, until } = await start(proxy.url);
    await until(() => client.state.state === 'connected');
    proxy.stall();
    await until(() => client.state.state === 'waiting');
    expect(seen.states.at(-1)?.message).toMatch(/silent/);
  });

  test('a control plane that never challenges is left', async () => {
    const proxy = await new TcpProxy(controlPlane.port).listen();
    cleanups.push(() => proxy.close());
    proxy.stall();
    const { client, until } = await start(proxy.url);
    await until(() => client.state.state === 'waiting');
  });

  test.each([
    ['garbage', 'no JSON at all', /not JSON/],
    ['an unknown type', '{"type":"dance"}', /not of this protocol/],
    ['a wrong type of member', '{"type":"ack","through":"1"}', /through/],
    ['a message out of place', '{"type":"challenge","nonce":"0123456789012345678901234567890123456789","serverTime":1}', /not expected/],
    ['binary', Buffer.from([1, 2, 3]), /JSON text/],
  ])('%s ends the connection, with the reason', async (_name, data, reason) => {
    const { client, seen, until } = await start();
    await until(() => client.state.state === 'connected');
    controlPlane.latest?.sendRaw(data);
    await until(() => client.state.state === 'waiting');
    expect(seen.states.findLast((state) => state.state === 'waiting')?.message).toMatch(reason);
    expect(seen.instructions).toEqual([]);
  });

  test('a message past the size limit ends the connection and is not kept in memory', async () => {
    const { client, until } = await start();
    await until(() => client.state.state === 'connected');
    controlPlane.latest?.sendRaw('x'.repeat(linkLimits.messageBytesMax + 1));
    await until(() => client.state.state === 'waiting');
  });

  test('a flood ends the connection', async () => {
    // Silence, which a machine that is busy with the flood takes it for, would end it too.
    const { client, seen, until } = await start(controlPlane.url, { ...quick, heartbeatMs: 60_000 });
    await until(() => client.state.state === 'connected');
    // More than a minute's worth, so that it is a flood to a slow machine too.
    for (let i = 0; i < linkLimits.messagesBurstMax + 60 * linkLimits.messagesPerSecondMax; i++) controlPlane.latest?.send({ type: 'ack', through: i });
    await until(() => client.state.state === 'waiting');
    expect(seen.states.findLast((state) => state.state === 'waiting')?.message).toMatch(/too many messages/);
  });

  test('what it sends stays below the limits: a burst is taken, the rest waits its turn, and too much is said no to', async () => {
    const { client, until } = await start();
    await until(() => client.state.state === 'connected');
    const taken = Array.from({ length: 1000 }, () => client.send({ type: 'heartbeat', at: 1 })).filter(Boolean).length;
    expect(taken).toBeGreaterThanOrEqual(256);
    expect(taken).toBeLessThan(400);
    expect(client.sendIfIdle({ type: 'heartbeat', at: 2 })).toBe(false);
  });

  test('a message of its own that is too large is a defect, said at once', async () => {
    const { client, until } = await start();
    await until(() => client.state.state === 'connected');
    expect(() => client.send({ type: 'answer', id: 'q', ok: true, body: 'x'.repeat(linkLimits.messageBytesMax) })).toThrow(RangeError);
  });
});

describe('report sender', () => {
  test('sends what changed, once; and the whole again on a new connection', () => {
    const sent: Report[] = [];
    let online = true;
    const sender = new ReportSender((message) => online && sent.push(message) > 0);
    sender.update(report);
    sender.update({ ...report });
    expect(sent).toHaveLength(1);
    online = false;
    sender.update({ ...report, sync: 'Applying' });
    sender.update({ ...report, sync: 'Synced' });
    expect(sent).toHaveLength(1);
    online = true;
    sender.connected();
    expect(sent.map((message) => message.sync)).toEqual(['Unknown', 'Synced']);
  });
});
