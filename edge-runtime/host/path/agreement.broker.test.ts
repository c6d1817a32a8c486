import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Kafka, logLevel } from 'kafkajs';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { launchChromium } from '../../../tools/services/browser.ts';
import { freshRedis, freshTopic, kafkaBrokers } from '../../../tools/testing/index.ts';
import { bundleForBrowser } from '../../bench/cep/bundle.ts';
import type { Row } from '../../cep/index.ts';
import { Backtest, readRecording, type PreviewStream } from '../../cep/preview/index.ts';
import { wireValue } from '../../kernel/wire-value.ts';
import { allRows, bundleOf, dependenciesOf } from '../../sim/path-fixture.ts';
import type { EventPath } from './contract.ts';
import { buildEventPath } from './event-path.ts';

/*
 * One recording, one rule: what a node stores of it from Kafka, what a backtest counts, what a browser's worker previews and what
 * `npm run -s cep:answer` answers are the same rows in the same order, to the last digit.
 */
const rule = (source: string): string => `${source}
define stream Readings (device string, n int, big long, ratio float, value double, ok bool);
@primaryKey('device') define table Latest (device string, value double);
define window Recent (device string, value double) time(1500 milliseconds);
define trigger Ticks at every 700 milliseconds;
define aggregation Totals from Readings select device, sum(value) as total, count() as n group by device aggregate every sec ... min;
from Readings[value > 50.0 and ok] select device, n % 7 as n, big + 1L as big, ratio * 3 as ratio, value * 1.1 as value insert into Filtered;
from Readings select math:sin(value) as sine, math:ln(value + 1.0) as logarithm, math:power(value, 0.3) as power, str:upper(device) as device insert into Computed;
from Readings#window.time(2 sec) select device, avg(value) as mean, stdDev(value) as spread, count() as n group by device insert into Means;
from Readings#window.timeBatch(1 sec) select device, sum(ratio) as total, max(big) as most group by device insert into Batches;
from Readings select device, value, n output last every 500 milliseconds insert into Lasts;
from Readings select device, sum(n) as total group by device output snapshot every 900 milliseconds insert into Snapshots;
from every a=Readings[value > 70.0] -> b=Readings[device == a.device and value < a.value - 20.0] within 1 sec select a.device as device, a.value as high, b.value as low insert into Falls;
from every a=Readings[ok == false] -> not Readings[device == a.device] for 150 milliseconds select a.n as n insert into Silences;
from every s=Readings[value > 40.0], r=Readings[value > 40.0]+, e=Readings[value < 20.0] select s.n as n, r[last].n as last, e.value as value insert into Runs;
from Readings#window.length(2) as l join Recent as w on l.device == w.device and l.value > w.value + 60.0 select l.n as n, w.value as value insert into Pairs;
from Readings select device, value insert into Recent;
from Readings select device, value update or insert into Latest on Latest.device == device;
from Ticks join Latest select Latest.device as device, Latest.value as value insert into Polled;
from Readings[n % 10 == 0] as r join Totals as t on r.device == t.device within 0L, 9999999999999L per 'sec' select t.device as device, t.total as total, t.n as n insert into Summed;
partition with (device of Readings) begin
  from Readings#window.lengthBatch(3) select device, min(value) as least, max(value) as most insert into Threes;
  from Readings[value > 30.0] select device, value insert into #High;
  from every a=#High -> b=#High[value > a.value] select a.device as device, b.value as value insert into Rises;
end;`;
const outputs = ['Filtered', 'Computed', 'Means', 'Batches', 'Lasts', 'Snapshots', 'Falls', 'Silences', 'Runs', 'Pairs', 'Polled', 'Summed', 'Threes', 'Rises'];

/** Times are whole tens of milliseconds, some of them twice. */
const step = 10;
const events = Array.from({ length: 420 }, (_, index) => {
  const mixed = Math.imul(index + 1, 2_654_435_761) >>> 0;
  const device = ['pump-1', 'pump-2', 'Straße 3'][mixed % 3];
  return { at: 1_700_000_000_000 + Math.floor(index * 3.7) * step, device, n: index, big: `9007199254740${900 + (mixed % 100)}`, ratio: (mixed % 1000) / 7, value: index % 41 === 0 ? null : (mixed % 10_007) / 100.07, ok: mixed % 5 !== 0 };
});
/** As it is recorded and as it is sent: a long beyond 2^53 is written as its digits, since a JSON number would not hold it. */
const lines = events.map((event) => JSON.stringify(event));

type Rows = Record<string, string[]>;
const paths: EventPath[] = [];
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const path of paths.splice(0)) await path.stop();
  for (const close of closing.splice(0)) await close();
});

/** One row so that no two differ and look alike. */
function text(at: number, values: readonly unknown[]): string {
  return `${at} ${values.map((value) => (Object.is(value, -0) ? '-0' : JSON.stringify(wireValue(value)))).join(' ')}`;
}

describe('one recording and one rule', () => {
  let answered: Rows = {};
  beforeAll(async () => {
    answered = await answeredRows();
  });

  test('make every output', () => {
    for (const stream of outputs) {
      expect(answered[stream]?.length, stream).toBeGreaterThan(3);
      // More are counted by a preview and not kept.
      expect(answered[stream]?.length, stream).toBeLessThan(1000);
    }
  });

  test('give on a node, from Kafka to Redis, what cep:answer answers', { timeout: 180_000 }, async () => {
    expect(await storedRows()).toEqual(answered);
  });

  test('give in a browser’s worker the same', { timeout: 180_000 }, async () => {
    expect(await previewedRows()).toEqual(answered);
  });

  test('give in a backtest the same', async () => {
    const backtest = new Backtest([rule('')]);
    const ask = (): Promise<{ error: string }> => Promise.resolve({ error: 'nobody' });
    for (let from = 0; from < lines.length; from += 100) await backtest.feed(readRecording(lines.slice(from, from + 100).join('\n'), { stream: 'Readings' }), ask);
    const { streams, problems } = await backtest.finish(0, ask);
    expect(problems).toEqual([]);
    const found = streams.filter(({ name }) => outputs.includes(name));
    expect(Object.fromEntries(found.map(({ name, counts }) => [name, counts[0]]))).toEqual(Object.fromEntries(outputs.map((name) => [name, answered[name]?.length])));
    for (const { name, examples } of found) expect((examples[0] ?? []).map(({ at, data }) => text(at, Object.values(data))), name).toEqual(answered[name]?.slice(0, 10));
  });
});

/** Each step of the clock is sent, since the program lets all that is due at a jump happen at its end, as Siddhi does. */
async function answeredRows(): Promise<Rows> {
  const [first, last] = [events[0]?.at ?? 0, events.at(-1)?.at ?? 0];
  const steps: string[] = [];
  const waiting = [...events];
  for (let at = first; at <= last; at += step) {
    steps.push(JSON.stringify({ advance: at }));
    for (; waiting[0]?.at === at; waiting.shift()) {
      const { device, n, big, ratio, value, ok } = waiting[0];
      steps.push(JSON.stringify(['Readings', at, [device, n, { $l: big }, ratio, value, ok]]));
    }
  }
  const input = `{"id":"one","start":${first},"app":${JSON.stringify(rule(''))},"steps":[${steps.join(',')}]}\n`;
  const output = await new Promise<string>((resolve, reject) => {
    const child = execFile(process.execPath, [fileURLToPath(new URL('../../bench/cep/answer.ts', import.meta.url))], { maxBuffer: 1 << 26 }, (error, stdout) => (error === null ? resolve(stdout) : reject(error)));
    child.stdin?.end(input);
  });
  const answer: { error?: string; out: { of: string; rows?: [number, unknown[]][] }[] } = JSON.parse(output);
  expect(answer.error).toBeUndefined();
  const rows: Rows = Object.fromEntries(outputs.map((stream) => [stream, []]));
  for (const { of, rows: heard = [] } of answer.out) rows[of.replace('stream ', '')]?.push(...heard.map(([at, values]) => text(at, values.map(untagged))));
  return rows;
}

/** `{"$l": 5}`, `{"$f": 0.5}` and `{"$d": 0.5}` say the type of a number; a float is shown by the shortest text that gives it. */
function untagged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const [[tag, inner] = ['', null]] = Object.entries(value);
  if (tag === '$l') return Number.isSafeInteger(inner) ? inner : BigInt(String(inner));
  return tag === '$f' ? Math.fround(Number(inner)) : Number(inner);
}

async function storedRows(): Promise<Rows> {
  const brokers = await kafkaBrokers();
  const topic = await freshTopic('agreement');
  const producer = new Kafka({ clientId: 'test', brokers, logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  await producer.send({ topic, messages: lines.map((value) => ({ value })) });
  await producer.disconnect();
  const redis = await freshRedis();
  const program = rule(`@source(type='kafka', topic='${topic}', timestamp='at', @map(type='json'))`);
  const path = await buildEventPath(await bundleOf({ watch: program }), dependenciesOf({ redis: { url: redis.url }, settings: { checkpointIntervalMs: 50, connectors: { kafka: { brokers: brokers.join(',') } } } }));
  paths.push(path);
  await path.start();
  await vi.waitFor(async () => expect((await allRows(path, 'Readings').catch(() => [])).length).toBe(events.length), { timeout: 120_000, interval: 50 });
  return Object.fromEntries(await Promise.all(outputs.map(async (stream) => [stream, (await allRows(path, stream)).map(({ at, values }) => text(at, values))])));
}

/** The worker of the rule page, as it is, in a page of its own. */
async function previewedRows(): Promise<Rows> {
  const worker = await bundleForBrowser(new URL('../../../app/_editor/preview.worker.ts', import.meta.url));
  const server = createServer((request, response) => {
    const isWorker = request.url === '/worker.js';
    response.writeHead(200, { 'content-type': isWorker ? 'text/javascript' : 'text/html' }).end(isWorker ? worker : '<!doctype html><title>worker</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  const browser = await launchChromium();
  closing.unshift(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const streams: readonly PreviewStream[] = await page.evaluate(
    ({ recorded, program }) =>
      new Promise((resolve, reject) => {
        const running = new Worker('/worker.js', { type: 'module' });
        running.addEventListener('error', (event) => reject(new Error(event.message)));
        running.addEventListener('message', ({ data }) => {
          if (data.kind === 'recorded') running.postMessage({ kind: 'run', id: 2, text: program, other: null, models: [] });
          else if (data.kind === 'ran') resolve(data.run.result.streams.map(({ name, rows }: PreviewStream) => ({ name, rows })));
          else reject(new Error(JSON.stringify(data)));
        });
        running.postMessage({ kind: 'record-text', id: 1, text: recorded, stream: 'Readings' });
      }),
    { recorded: lines.join('\n'), program: rule('') },
  );
  return Object.fromEntries(outputs.map((stream) => [stream, (streams.find(({ name }) => name === stream)?.rows ?? []).map(({ timestamp, row }: { timestamp: number; row: Row }) => text(timestamp, row))]));
}
