import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { freshRedis, temporaryFolder, type FreshRedis } from '../../../tools/testing/index.ts';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectRedis } from '../../kernel/redis.ts';
import type { Settings } from '../../protocol/index.ts';
import { allRows, bundleOf, dependenciesOf, type FixtureOptions } from '../../sim/path-fixture.ts';
import type { EventPath } from './contract.ts';
import { buildEventPath } from './event-path.ts';

let redis: FreshRedis;
const paths: EventPath[] = [];
const endings = new Map<EventPath, AbortController>();
beforeEach(async () => {
  redis = await freshRedis();
});
afterEach(async () => {
  for (const path of paths.splice(0)) await path.stop();
});

const readings = `@source(type='http', path='/readings', @map(type='json')) define stream Readings (pump string, flow double);`;
const json = 'application/json';
const body = (...events: unknown[]): Uint8Array => Buffer.from(JSON.stringify(events));

async function start(rule: string, options: Partial<FixtureOptions> & { settings?: Partial<Settings> } = {}): Promise<EventPath> {
  const dependencies = dependenciesOf({ redis: { url: redis.url }, ...options });
  const path = await buildEventPath(await bundleOf({ watch: rule }), dependencies);
  paths.push(path);
  endings.set(path, dependencies.ending);
  await path.start();
  await vi.waitFor(() => expect(path.status().state).toBe('running'), { timeout: 50_000, interval: 5 });
  await vi.waitFor(() => expect(path.status().sources.every((source) => source.state !== 'connecting')).toBe(true), { timeout: 50_000, interval: 5 });
  return path;
}

/** Ends a path at once, without a checkpoint. */
async function crash(path: EventPath | undefined): Promise<void> {
  if (path === undefined) return;
  endings.get(path)?.abort();
  await vi.waitFor(() => expect(path.status().state).toBe('stopped'), { timeout: 50_000, interval: 5 });
}

async function records(): Promise<Record<string, unknown>[]> {
  const client = await connectRedis({ url: redis.url }, 'test');
  const entries = await client.xrange('selvedge:outbox:detections', '-', '+');
  client.disconnect();
  return entries.map(([, fields]) => JSON.parse(fields[1] ?? '{}'));
}

async function stored(path: EventPath, stream: string, count: number): Promise<unknown[][]> {
  return vi.waitFor(
    async () => {
      const rows = await allRows(path, stream);
      expect(rows.length).toBeGreaterThanOrEqual(count);
      return rows.map((row) => row.values);
    },
    { timeout: 50_000, interval: 10 },
  );
}

describe('the HTTP source', () => {
  test('acknowledges what is durable, and says what it refused of it', async () => {
    const path = await start(readings);
    expect(await path.ingest('/readings', json, body({ pump: 'p1', flow: 1 }, { pump: 'p1', flow: 'much' }, { pump: 'p2', flow: 2 }))).toEqual({
      kind: 'accepted',
      events: 2,
      refused: [{ index: 1, reason: expect.stringContaining('flow') }],
    });
    expect(await stored(path, 'Readings', 2)).toEqual([['p1', 1], ['p2', 2]]);
    expect(await stored(path, 'dead-letters', 1)).toEqual([['watch/Readings/http:/readings', '1#1', expect.stringContaining('flow'), '{"pump":"p1","flow":"much"}']]);
  });

  test.each([
    ['an unknown path', '/nowhere', json, body({}), 'not-found'],
    ['no JSON', '/readings', json, Buffer.from('valve!'), 'malformed'],
    ['events of which none can be read', '/readings', json, body({ flow: 'much' }), 'malformed'],
    ['another content type', '/readings', 'image/png', body({}), 'unsupported-type'],
    ['a body over the limit', '/readings', json, Buffer.alloc(1_048_577, 32), 'too-large'],
  ])('refuses %s', async (_, to, contentType, bytes, code) => {
    const path = await start(readings);
    expect(await path.ingest(to, contentType, bytes)).toMatchObject({ kind: 'refused', code });
  });

  test('asks to come again while Redis is away, and loses nothing it acknowledged when Redis was killed', async () => {
    const path = await start(readings);
    const acknowledged: number[] = [];
    for (let n = 0; n < 300; n += 1) {
      if (n === 150) await redis.kill9();
      const reply = await path.ingest('/readings', json, body({ pump: 'p1', flow: n }));
      if (reply.kind === 'accepted') acknowledged.push(n);
      else expect(reply).toMatchObject({ kind: 'busy', retryAfterSeconds: 1 });
    }
    expect(acknowledged).toEqual(Array.from({ length: 150 }, (_, index) => index));
    await redis.start();
    expect((await stored(path, 'Readings', 150)).map(([, flow]) => flow)).toEqual(acknowledged);
  });
});

describe('a restart', () => {
  const counting = `${readings} from Readings select pump, count() as total group by pump insert into Totals;`;

  test('goes on with what the rule remembered', async () => {
    const first = await start(counting);
    await first.ingest('/readings', json, body({ pump: 'p1' }, { pump: 'p1' }));
    await stored(first, 'Totals', 2);
    await first.stop();
    const second = await start(counting);
    await second.ingest('/readings', json, body({ pump: 'p1' }));
    expect(await stored(second, 'Totals', 3)).toEqual([['p1', 1], ['p1', 2], ['p1', 3]]);
  });

  test('with another version of the rule goes on with what is the same, and tells what is not', async () => {
    const [counts, recent] = ['from Readings select pump, count() as total group by pump insert into Totals;', 'from Readings#window.length(3) select sum(flow) as flow insert into Sums;'];
    const first = await start(`${readings} ${counts} ${recent}`);
    await first.ingest('/readings', json, body({ pump: 'p1', flow: 1 }, { pump: 'p1', flow: 1 }));
    await stored(first, 'Totals', 2);
    await first.stop();
    const second = await start(`${readings} ${recent.replace('length(3)', 'length(4)')} ${counts}`);
    await second.ingest('/readings', json, body({ pump: 'p1', flow: 1 }));
    expect(await stored(second, 'Totals', 3)).toEqual([['p1', 1], ['p1', 2], ['p1', 3]]);
    expect((await stored(second, 'Sums', 3)).at(-1)).toEqual([1]);
    expect(await records()).toMatchObject([{ kind: 'timeline', reason: 'StateLost', message: expect.stringContaining('3-event window of Readings') }]);
  });

  test('after a crash, with another version and with the former one again, goes on from a snapshot and increments upon it', async () => {
    const [recent, other] = ['from Readings#window.length(50) select count() as held, sum(flow) as flow insert into Sums;', 'from Readings[flow > 1000.0] select pump insert into High;'];
    const sent = Array.from({ length: 40 }, (_, flow) => ({ pump: 'p1', flow }));
    const first = await start(`${readings} ${recent}`, { settings: { checkpointIntervalMs: 50 } });
    await first.ingest('/readings', json, body(...sent));
    const one = async (path: EventPath): Promise<void> => {
      sent.push({ pump: 'p1', flow: sent.length });
      await path.ingest('/readings', json, body(sent.at(-1)));
    };
    const client = await connectRedis({ url: redis.url }, 'test');
    const isKept = async (field: string): Promise<void> => vi.waitFor(async () => expect(await client.hexists('selvedge:checkpoint:rules', field)).toBe(1), { timeout: 50_000, interval: 5 });
    await isKept('watch');
    for (const increment of [1, 2, 3]) {
      await one(first);
      await isKept(`watch ${increment}`);
    }
    for (const rule of [`${other} ${recent}`, recent, `${recent} ${other}`]) {
      await crash(paths.at(-1));
      const path = await start(`${readings} ${rule}`, { settings: { checkpointIntervalMs: 50 } });
      await one(path);
      expect((await stored(path, 'Sums', sent.length)).at(-1)).toEqual([sent.length, sent.reduce((sum, { flow }) => sum + flow, 0)]);
    }
    client.disconnect();
    expect(await records()).toEqual([]);
  });

  test('with a rule of another shape begins without its state, keeps the positions, and tells', async () => {
    const first = await start(counting);
    await first.ingest('/readings', json, body({ pump: 'p1' }));
    await stored(first, 'Totals', 1);
    await first.stop();
    const second = await start(`${readings} from Readings#window.length(5) select pump, count() as total insert into Totals;`);
    await second.ingest('/readings', json, body({ pump: 'p1' }));
    expect(await stored(second, 'Totals', 2)).toEqual([['p1', 1], ['p1', 1]]);
    expect(await records()).toMatchObject([{ kind: 'timeline', reason: 'StateLost', message: expect.stringContaining('watch') }]);
  });
});

describe('sinks', () => {
  const alarms = (sink: string): string => `${readings}
    ${sink} @detection(title='Low flow', severity='critical') define stream Alarms (pump string, flow double);
    from Readings[flow < 1.0] select pump, flow insert into Alarms;`;

  test('a webhook gets each event with an id and a secret header, is asked again after a failure, and the detection says so', async () => {
    const seen: { headers: IncomingHttpHeaders; text: string }[] = [];
    const server = createServer((request, response) => {
      request.setEncoding('utf8').toArray().then((parts) => {
        seen.push({ headers: request.headers, text: parts.join('') });
        response.writeHead(seen.length === 1 ? 503 : 200).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const path = await start(alarms(`@sink(type='webhook', url='http://127.0.0.1:${port}/stop', headers='Authorization: Bearer \${secret:HOOK}', @map(type='json'))`), { secrets: { HOOK: 's3cret' } });
    await path.ingest('/readings', json, body({ pump: 'p1', flow: 0.5 }));
    const [record] = await vi.waitFor(
      async () => {
        const all = await records();
        expect(all).toHaveLength(1);
        return all;
      },
      { timeout: 50_000, interval: 20 },
    );
    expect(record).toMatchObject({ kind: 'detection', title: 'Low flow', severity: 'critical', data: { pump: 'p1', flow: 0.5 }, actions: [{ sink: 'watch/Alarms/webhook', outcome: 'delivered' }], causes: [{ stream: 'Readings', data: { pump: 'p1', flow: 0.5 } }] });
    expect(seen.map((one) => one.text)).toEqual(['{"event":{"pump":"p1","flow":0.5}}', '{"event":{"pump":"p1","flow":0.5}}']);
    expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer s3cret', 'idempotency-key': seen[1]?.headers['idempotency-key'] });
    expect(path.takeTelemetry()).toMatchObject({ actions: 1, detections: 1 });
    server.close();
  });

  test('what can never be delivered is a dead letter with the reason', async () => {
    const server = createServer((_, response) => response.writeHead(400).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const path = await start(alarms(`@sink(type='webhook', url='http://127.0.0.1:${port}/', @map(type='json'))`));
    await path.ingest('/readings', json, body({ pump: 'p1', flow: 0.5 }));
    expect(await stored(path, 'dead-letters', 1)).toEqual([['watch/Alarms', expect.stringContaining('watch/Alarms/webhook'), 'not delivered: answered 400', '{"pump":"p1","flow":0.5}']]);
    await vi.waitFor(async () => expect(await records()).toMatchObject([{ actions: [{ outcome: 'failed', message: 'answered 400' }] }]), { timeout: 50_000 });
    server.close();
  });
});

test('a question is answered from what the rule holds, and changes nothing', async () => {
  const path = await start(`${readings} define table Latest (pump string, flow double); define aggregation PerHour from Readings select pump, sum(flow) as total group by pump aggregate every sec ... year;
    from Readings select pump, flow update or insert into Latest on Latest.pump == pump;`);
  await path.ingest('/readings', json, body({ pump: 'p1', flow: 1 }, { pump: 'p2', flow: 2 }, { pump: 'p1', flow: 4 }));
  await stored(path, 'Readings', 3);
  expect(await path.ask('watch', 'from Latest select pump, flow order by pump')).toEqual({ ok: true, attributes: [{ name: 'pump', type: 'string' }, { name: 'flow', type: 'double' }], rows: [['p1', 4], ['p2', 2]] });
  expect(await path.ask('watch', "from PerHour within 0L, 9000000000000L per 'years' select pump, total order by pump")).toMatchObject({ ok: true, rows: [['p1', 5], ['p2', 2]] });
  expect(await path.ask('watch', "delete Latest on Latest.pump == 'p1'")).toMatchObject({ ok: false, code: 'invalid', message: expect.stringContaining('only reading is allowed') });
  expect(await path.ask('watch', 'from Lates')).toMatchObject({ ok: false, code: 'invalid', issues: [{ line: 1, column: 6, message: expect.stringContaining("'Lates'") }] });
  expect(await path.ask('other', 'from Latest')).toMatchObject({ ok: false, code: 'unknown-rule' });
  expect(await path.ask('watch', 'from Latest select pump order by pump')).toMatchObject({ rows: [['p1'], ['p2']] });
});

test('time goes on without events: a window of time ends by the clock', async () => {
  const path = await start(`${readings} from Readings#window.timeBatch(200 milliseconds) select pump, count() as total insert into Batches;`);
  await path.ingest('/readings', json, body({ pump: 'p1' }, { pump: 'p1' }));
  expect((await stored(path, 'Batches', 1)).at(-1)).toEqual(['p1', 2]);
});

test('a recording is replayed from a file at the pace of its own times', async () => {
  const filesFolder = await temporaryFolder();
  await writeFile(join(filesFolder, 'loop.csv'), 'datetime;flow rate\n2020-03-09 10:14:33;32.5\nbroken\n2020-03-09 10:14:34;31\n');
  const path = await start(
    `@source(type='file', path='loop.csv', speed='100', timestamp='datetime', @map(type='csv', delimiter=';', @attributes(flow='flow rate'))) define stream Readings (pump string, flow double);`,
    { filesFolder },
  );
  await vi.waitFor(() => expect(path.status().sources).toMatchObject([{ state: 'finished' }]), { timeout: 50_000 });
  expect(await stored(path, 'Readings', 2)).toEqual([[null, 32.5], [null, 31]]);
  expect(await stored(path, 'dead-letters', 1)).toMatchObject([[expect.stringContaining('loop.csv'), '3#0', expect.any(String), 'broken']]);
});

test('a rule that nothing feeds rings its triggers by the clock, and goes on after a crash', async () => {
  const rule = `define trigger Ring at every 200 milliseconds; define stream Rings (at long); from Ring select triggered_time as at insert into Rings;`;
  const before = Date.now();
  const path = await start(rule);
  const first = (await stored(path, 'Rings', 2)).map(([at]) => Number(at));
  expect(first[0]).toBeGreaterThanOrEqual(before - 1_000);
  await crash(path);
  const rings = (await stored(await start(rule), 'Rings', first.length + 2)).map(([at]) => Number(at));
  expect(new Set(rings).size).toBe(rings.length);
});

describe('a bundle that cannot run is refused before anything is opened', () => {
  const source = (options: string): string => `@source(${options}, @map(type='json')) define stream Readings (pump string);`;
  test.each([
    ['a rule that does not compile', 'define stream;', 'rule.invalid', /watch does not compile/],
    ['an unknown source', source(`type='carrier-pigeon'`), 'connector.unsupported', /carrier-pigeon/],
    ['a misspelt option', source(`type='http', paht='/x'`), 'connector.invalid', /paht/],
    ['Kafka without brokers', source(`type='kafka', topic='x'`), 'connector.invalid', /no brokers/],
    ['a secret that the node lacks', source(`type='kafka', topic='x', brokers='b:1', sasl.mechanism='plain', sasl.username='u', sasl.password='\${secret:GONE}'`), 'secret.missing', /GONE/],
    ['a label that the node lacks', source(`type='kafka', topic='\${label:site}/x', brokers='b:1'`), 'label.missing', /label 'site'/],
    ['a file outside the folder', source(`type='file', path='../../etc/passwd'`), 'connector.invalid', /outside/],
    ['a model that the bundle lacks', `define stream A (x double); from A#model:predict('gone@champion', x) select * insert into B;`, 'rule.invalid', /gone@champion/],
  ])('%s', async (_, rule, code, message) => {
    await expect(buildEventPath(await bundleOf({ watch: rule }), dependenciesOf({ redis: { url: 'redis://127.0.0.1:1' } }))).rejects.toMatchObject({ name: 'PathError', code, message: expect.stringMatching(message) });
  });
});
