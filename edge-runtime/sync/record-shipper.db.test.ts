import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FreshRedis, freshRedis } from '../../tools/testing/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { connectRedis, type RedisClient } from '../kernel/redis.ts';
import type { DetectionRecord, NodeRecord } from '../protocol/index.ts';
import { defaultOutboxLimits, Outbox, type OutboxLimits, type TimelineDraft } from './outbox.ts';
import { RecordShipper } from './record-shipper.ts';

const keys = { detections: 't:outbox:detections', timeline: 't:outbox:timeline', window: 't:outbox:window', meta: 't:outbox:meta' };
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

let server: FreshRedis;
let redis: RedisClient | undefined;

async function connection(): Promise<RedisClient> {
  if (redis?.status !== 'ready') redis = await connectRedis({ socketPath: server.socket }, 'test');
  return redis;
}

const detection = (name: string, causes = 0): Omit<DetectionRecord, 'sequence'> => ({
  kind: 'detection', at: 1000, stream: 'r/Alarm', title: 'Alarm', severity: 'critical', rule: 'r', ruleVersion: 1, bundle: `sha256:${'a'.repeat(64)}`, generation: 1,
  models: [], data: { name }, causes: Array.from({ length: causes }, () => ({ stream: 'S', at: 1, data: { text: 'x'.repeat(2000) } })), latencyUs: 1, actions: [],
});
const entry = (message: string): TimelineDraft => ({ kind: 'timeline', at: 2000, reason: 'Note', message, tone: 'info' });
const nameOf = (record: NodeRecord): string => (record.kind === 'detection' ? String(record.data['name']) : record.message);

/** As the event path does: JSON without a number, appended to the queue. */
async function detect(...drafts: Omit<DetectionRecord, 'sequence'>[]): Promise<void> {
  const pipeline = (await connection()).pipeline();
  for (const draft of drafts) pipeline.xadd(keys.detections, '*', 'r', JSON.stringify(draft));
  await pipeline.exec();
}

/** What the control plane keeps: a record whose number it has seen is dropped. */
class Receiver {
  readonly records: NodeRecord[] = [];
  readonly arrivals: number[] = [];
  acknowledges = true;
  accepts = Number.POSITIVE_INFINITY;
  shipper: RecordShipper | undefined;
  #waiters: { fact: () => boolean; resolve: () => void }[] = [];
  get through(): number {
    return this.records.at(-1)?.sequence ?? 0;
  }
  take(records: NodeRecord[]): boolean {
    if (this.arrivals.length + records.length > this.accepts) return false;
    for (const record of records) {
      this.arrivals.push(record.sequence);
      if (record.sequence > this.through) this.records.push(record);
    }
    if (this.acknowledges) this.shipper?.acknowledge(this.through);
    this.#waiters = this.#waiters.filter(({ fact, resolve }) => !fact() || resolve());
    return true;
  }
  until(fact: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (fact()) resolve();
      else this.#waiters.push({ fact, resolve });
    });
  }
}

let receiver: Receiver;
let outbox: Outbox;
let stop: () => Promise<void>;

function start(limits: Partial<OutboxLimits> = {}, onTrouble = (): void => undefined): void {
  outbox = new Outbox(connection, keys, { ...defaultOutboxLimits, ...limits }, silent);
  const shipper = new RecordShipper({ outbox, send: (records) => receiver.take(records), clock: systemClock(), random: () => 0.5, logger: { ...silent, warn: onTrouble } });
  receiver.shipper = shipper;
  const stopping = new AbortController();
  const running = shipper.run(stopping.signal);
  stop = async () => {
    stopping.abort();
    await running;
  };
}

beforeEach(async () => {
  server = await freshRedis();
  receiver = new Receiver();
});
afterEach(async () => {
  await stop();
  redis?.disconnect();
  redis = undefined;
});

describe('record shipper', () => {
  test('numbers from one without gaps, in the order of making, and forgets what is acknowledged', async () => {
    start();
    await detect(detection('a'));
    receiver.shipper?.note(entry('b'));
    await detect(detection('c'));
    receiver.shipper?.connected(0);
    await receiver.until(() => receiver.through === 3);
    expect(receiver.records.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(receiver.records.map(nameOf).sort()).toEqual(['a', 'b', 'c']);
    receiver.shipper?.wake();
    while ((await outbox.measure()).records > 0) receiver.shipper?.wake();
  });

  test('what was buffered while the network was down arrives once when it is back', async () => {
    start();
    await detect(...Array.from({ length: 1500 }, (_, index) => detection(`d${index}`)));
    expect((await outbox.measure()).records).toBe(1500);
    expect((await outbox.measure()).oldestAt).toBe(1000);
    receiver.shipper?.connected(0);
    await receiver.until(() => receiver.records.length === 1500);
    expect(receiver.arrivals).toEqual(Array.from({ length: 1500 }, (_, index) => index + 1));
  });

  test('without acknowledgement no more than the window is under way; a new connection sends it again, under the same numbers', async () => {
    receiver.acknowledges = false;
    start();
    await detect(...Array.from({ length: 1300 }, (_, index) => detection(`d${index}`)));
    receiver.shipper?.connected(0);
    await receiver.until(() => receiver.arrivals.length === 1000);
    receiver.shipper?.disconnected();
    receiver.acknowledges = true;
    receiver.shipper?.connected(400);
    await receiver.until(() => receiver.records.length === 1300);
    expect(receiver.arrivals.slice(1000)).toEqual(Array.from({ length: 900 }, (_, index) => index + 401));
    expect(receiver.records.map(nameOf)).toEqual(Array.from({ length: 1300 }, (_, index) => `d${index}`));
  });

  test('an agent killed after sending sends the same under the same numbers', async () => {
    receiver.acknowledges = false;
    start();
    await detect(detection('a'), detection('b'));
    receiver.shipper?.connected(0);
    await receiver.until(() => receiver.arrivals.length === 2);
    await stop();
    start();
    receiver.acknowledges = true;
    await detect(detection('c'));
    receiver.shipper?.connected(0);
    await receiver.until(() => receiver.through === 3);
    expect(receiver.arrivals).toEqual([1, 2, 1, 2, 3]);
    expect(receiver.records.map(nameOf)).toEqual(['a', 'b', 'c']);
  });

  test('Redis killed with -9 and started again: nothing lost, nothing twice', async () => {
    start();
    await detect(...Array.from({ length: 50 }, (_, index) => detection(`d${index}`)));
    receiver.shipper?.connected(0);
    await receiver.until(() => receiver.records.length === 50);
    receiver.accepts = receiver.arrivals.length;
    await detect(...Array.from({ length: 50 }, (_, index) => detection(`e${index}`)));
    await server.kill9();
    receiver.shipper?.note(entry('while Redis was away'));
    await server.start();
    receiver.accepts = Number.POSITIVE_INFINITY;
    await receiver.until(() => receiver.records.length >= 101);
    expect(new Set(receiver.records.map(nameOf)).size).toBe(101);
    expect(receiver.records.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 101 }, (_, index) => index + 1));
  });

  test('an acknowledgement that comes while Redis is away is not forgotten: behind a full window there would be no other', async () => {
    receiver.acknowledges = false;
    const trouble = Promise.withResolvers<void>();
    start({}, trouble.resolve);
    await detect(...Array.from({ length: 1300 }, (_, index) => detection(`d${index}`)));
    receiver.shipper?.connected(0);
    await receiver.until(() => receiver.arrivals.length === 1000);
    await server.kill9();
    receiver.shipper?.acknowledge(1000);
    await trouble.promise;
    await server.start();
    await receiver.until(() => receiver.records.length === 1300);
    expect(receiver.arrivals).toEqual(Array.from({ length: 1300 }, (_, index) => index + 1));
  });

  test('a Redis that lost everything goes on after what the control plane has', async () => {
    start();
    await detect(detection('new'));
    receiver.shipper?.connected(500);
    await receiver.until(() => receiver.records.length === 1);
    expect(receiver.records[0]?.sequence).toBe(501);
  });

  test('full: oldest timeline entries go first, then oldest detections, counted, and the numbers stay without gaps', async () => {
    start({ detectionsMax: 30, timelineMax: 5 });
    for (let index = 0; index < 10; index++) receiver.shipper?.note(entry(`t${index}`));
    await detect(...Array.from({ length: 50 }, (_, index) => detection(`d${index}`)));
    // Notes are written behind the caller's back: the queue is bounded again until all that had to go is gone.
    let lost = 0;
    while (lost < 25) {
      receiver.shipper?.wake();
      await outbox.bound();
      lost += outbox.takeLost();
    }
    expect(lost).toBe(25);
    expect((await outbox.measure()).records).toBe(35);
    expect(outbox.takeLost()).toBe(0);
    receiver.shipper?.connected(0);
    await receiver.until(() => receiver.records.length === 35);
    expect(receiver.records.map(nameOf).sort()).toEqual([...Array.from({ length: 30 }, (_, index) => `d${index + 20}`), ...Array.from({ length: 5 }, (_, index) => `t${index + 5}`)].sort());
    expect(receiver.arrivals).toEqual(Array.from({ length: 35 }, (_, index) => index + 1));
  });

  test('full in bytes: trims until it fits', async () => {
    start({ bytesMax: 200_000 });
    await detect(...Array.from({ length: 300 }, (_, index) => detection(`d${index}`, 1)));
    await outbox.bound();
    expect((await outbox.measure()).bytes).toBeLessThanOrEqual(200_000);
    expect(outbox.takeLost()).toBeGreaterThan(100);
  });

  test('full in bytes, and looked at twice at the same time: each record that is dropped is counted once', async () => {
    start({ bytesMax: 200_000 });
    await detect(...Array.from({ length: 300 }, (_, index) => detection(`d${index}`, 1)));
    await Promise.all([outbox.bound(), outbox.bound(), outbox.bound()]);
    // The shipper looks as well: what it has dropped it may not have counted yet.
    let lost = 0;
    await vi.waitFor(async () => {
      lost += outbox.takeLost();
      expect(lost + (await outbox.measure()).records).toBe(300);
    }, { timeout: 10_000 });
  });

  test('a record too large loses causes and not itself; one that is no record is dropped, counted, and holds nothing up', async () => {
    start({ recordBytesMax: 10_000 });
    await (await connection()).xadd(keys.detections, '*', 'r', '{"kind":"detection"');
    await (await connection()).xadd(keys.detections, '*', 'r', '{"kind":"rumour","at":1}');
    await detect(detection('large', 60));
    receiver.shipper?.connected(0);
    await receiver.until(() => receiver.records.length === 1);
    const [record] = receiver.records;
    expect(record?.sequence).toBe(1);
    expect(record?.kind === 'detection' && record.causes.length).toBeLessThan(5);
    expect(outbox.takeLost()).toBe(2);
  });

  test('a link that does not take records gets them later', async () => {
    receiver.accepts = 0;
    start();
    await detect(detection('a'));
    receiver.shipper?.connected(0);
    while ((await outbox.after(0, 1, 1)).length === 0) receiver.shipper?.wake();
    receiver.accepts = 10;
    await receiver.until(() => receiver.records.length === 1);
  });
});
