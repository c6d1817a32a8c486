/**
 * What a checkpoint costs: how long it stops the flow, what it writes, how long Redis takes with it, what is stored and how long
 * it takes to go on from it. Of a window of a million events, and of the example's rule; a checkpoint after each second of events.
 *
 *     node edge-runtime/bench/path/checkpoints.ts [--json]
 *
 * The flow stops while a rule's state is saved: milliseconds of one core, and by the clock, in which other busy programs are seen.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Row } from '../../cep/index.ts';
import { planPath, type RulePlan } from '../../host/path/plan.ts';
import { RuleRunner } from '../../host/path/rule-runner.ts';
import { RedisServer } from '../../host/redis-server.ts';
import { systemClock } from '../../kernel/clock.ts';
import { bundleOf, dependenciesOf } from '../../sim/path-fixture.ts';
import { storeKeys } from '../../store/keys.ts';
import { StepStore, type StepStoreOptions } from '../../store/step-store.ts';

interface Case {
  name: string;
  text: string;
  models?: Parameters<typeof bundleOf>[1];
  stream: string;
  row(index: number, time: number): Row;
  /** Events before the first checkpoint, events a second, and how many seconds are measured. */
  held: number;
  perSecond: number;
  seconds: number;
}

interface Measured {
  name: string;
  /** Of the first, which is all there is of the state: what each checkpoint was before there were increments. */
  snapshot: { stopMs: number; clockMs: number; bytes: number; redisMs: number };
  /** Of one part of a renewal, written between two batches of events. */
  slice: { stopMs: { median: number; p90: number; max: number }; count: number };
  increment: { stopMs: { median: number; p90: number; max: number }; clockMs: number; bytes: number; redisMs: number };
  checkpoints: number;
  renewals: number;
  bytesPerSecond: number;
  storedBytesMax: number;
  increments: number;
  recoveryMs: { read: number; restore: number };
}

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const START = 1_700_000_000_000;
const symbols = Array.from({ length: 100 }, (_, index) => `S${index}`);
const loops = ['A', 'B', 'C'];

const cases: Case[] = [
  {
    name: 'a window of a million events, 10,000 a second',
    text: "@source(type='http', path='/trades', @map(type='json')) define stream Trade (symbol string, price float, volume long, ts long); from Trade#window.length(1000000) select sum(price) as total insert into Totals;",
    stream: 'Trade',
    row: (index, time) => [symbols[index % symbols.length], Math.fround(10 + index / 16), index, time],
    held: 1_000_000,
    perSecond: 10_000,
    seconds: 240,
  },
  {
    name: 'the example, 30 readings a second',
    text: (await readFile(beside('../../../examples/pump-loop/valve-watch.siddhi'), 'utf8')).replace(/@source[^\n]*/, "@source(type='http', path='/readings', @map(type='json'))"),
    models: { 'pump-anomaly': { path: beside('../../../examples/pump-loop/pump-anomaly.onnx') } },
    stream: 'Readings',
    row: (index, time) => [loops[index % loops.length], time, ...Array.from({ length: 8 }, (_, column) => 20 + ((index * 7 + column * 13) % 100) / 31)],
    held: 10_000,
    perSecond: 30,
    seconds: 600,
  },
];

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const folder = await mkdtemp(join(tmpdir(), 'selvedge-bench-'));
const ending = new AbortController();
const socketPath = join(folder, 'redis.sock');
const serving = new RedisServer({ folder: join(folder, 'redis'), socketPath, clock: systemClock(), random: Math.random, logger: dependenciesOf({ redis: { url: '' } }).logger }).run(ending.signal);
try {
  for (const [index, one] of cases.entries()) {
    const measured = await measure(one, `bench${index}:`);
    process.stdout.write(values.json ? `${JSON.stringify(measured)}\n` : described(measured));
  }
} finally {
  ending.abort();
  await serving;
  await rm(folder, { recursive: true });
}

async function measure(one: Case, keyPrefix: string): Promise<Measured> {
  const [plan] = planPath(await bundleOf({ bench: one.text }, one.models), dependenciesOf({ redis: { socketPath } })).rules;
  if (plan === undefined) throw new Error('no rule');
  const options: StepStoreOptions = { target: { socketPath }, keys: storeKeys(keyPrefix), streams: [], retention: { seconds: 3600, bytesMax: 64 * 1_048_576 }, clock: systemClock() };
  const { store } = await openStore(options);
  const runner = new RuleRunner(plan, () => '');
  let sent = 0;
  const slices: number[] = [];
  const feed = (count: number): void => {
    for (const end = sent + count; sent < end; sent++) {
      const time = START + Math.floor((sent * 1000) / one.perSecond);
      runner.input(one.stream, [time], [one.row(sent, time)]);
      if (sent % 1000 !== 999 && sent !== end - 1) continue;
      answer(runner);
      const used = process.cpuUsage();
      if (runner.renew()) slices.push(coreMs(used));
    }
  };
  feed(one.held);

  const saved: { isSnapshot: boolean; stopMs: number; clockMs: number; redisMs: number; bytes: number }[] = [];
  let [before, renewals, storedBytesMax, increments] = [0, 0, 0, 0];
  const kept = new Map<number, number>();
  for (let second = 0; second <= one.seconds; second++) {
    const [begun, used] = [performance.now(), process.cpuUsage()];
    const state = runner.save();
    const stopMs = coreMs(used);
    const clockMs = performance.now() - begun;
    await store.checkpoint({ positions: {}, rules: [{ name: plan.name, digest: plan.digest, ...state }] }, new Map());
    const bytes = state.written?.length ?? 0;
    const isSnapshot = state.increments === 0;
    saved.push({ isSnapshot, stopMs, clockMs, redisMs: performance.now() - begun - clockMs, bytes });
    kept.set(state.increments, bytes);
    storedBytesMax = Math.max(storedBytesMax, [...kept.values()].reduce((sum, one) => sum + one, 0));
    if (state.first > before) renewals++;
    for (; before < state.first; before++) kept.delete(before);
    increments = kept.size - 1;
    feed(one.perSecond);
  }
  store.close();
  const [snapshots, rest] = [saved.filter(({ isSnapshot }) => isSnapshot), saved.filter(({ isSnapshot }) => !isSnapshot)];
  return {
    name: one.name,
    snapshot: { stopMs: median(snapshots.map(({ stopMs }) => stopMs)), clockMs: median(snapshots.map(({ clockMs }) => clockMs)), bytes: median(snapshots.map(({ bytes }) => bytes)), redisMs: median(snapshots.map(({ redisMs }) => redisMs)) },
    slice: { stopMs: spread(slices), count: slices.length },
    increment: {
      stopMs: spread(rest.map(({ stopMs }) => stopMs)),
      clockMs: median(rest.map(({ clockMs }) => clockMs)),
      bytes: median(rest.map(({ bytes }) => bytes)),
      redisMs: median(rest.map(({ redisMs }) => redisMs)),
    },
    checkpoints: saved.length,
    renewals,
    // The first is of what was held before.
    bytesPerSecond: saved.slice(1).reduce((sum, { bytes }) => sum + bytes, 0) / one.seconds,
    storedBytesMax,
    increments,
    recoveryMs: await recover(options, plan),
  };
}

async function openStore(options: StepStoreOptions): ReturnType<typeof StepStore.open> {
  for (;;) {
    try {
      return await StepStore.open(options);
    } catch {
      // Redis is starting.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Drops what came out, and answers what models were asked. */
function answer(runner: RuleRunner): void {
  for (const call of runner.takeCalls()) runner.complete(call.ordinal, { outputs: [Array.from({ length: call.count }, (_, index) => (index % 10) / 10)] });
  runner.takeOutputs();
  runner.takeFaults();
}

async function recover(options: StepStoreOptions, plan: RulePlan): Promise<Measured['recoveryMs']> {
  const begun = process.cpuUsage();
  const { store, recovery } = await StepStore.open(options);
  store.close();
  const read = coreMs(begun);
  const after = process.cpuUsage();
  for (const state of recovery.checkpoint?.rules ?? []) new RuleRunner(plan, () => '').restore(state);
  return { read, restore: coreMs(after) };
}

function coreMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e3;
}

function spread(list: readonly number[]): { median: number; p90: number; max: number } {
  return { median: median(list), p90: at(list, 0.9), max: Math.max(0, ...list) };
}

function median(list: readonly number[]): number {
  return at(list, 0.5);
}

function at(list: readonly number[], part: number): number {
  return list.toSorted((left, right) => left - right)[Math.floor(list.length * part)] ?? 0;
}

function described({ name, snapshot, slice, increment, checkpoints, renewals, bytesPerSecond, storedBytesMax, increments, recoveryMs }: Measured): string {
  const kB = (bytes: number): string => `${(bytes / 1e3).toFixed(1)} kB`;
  return [
    `${name}:`,
    `  a snapshot stops the flow for ${snapshot.stopMs.toFixed(1)} ms of one core (${snapshot.clockMs.toFixed(0)} by the clock) and is ${kB(snapshot.bytes)}; Redis takes ${snapshot.redisMs.toFixed(1)} ms`,
    `  a slice of a renewal for ${slice.stopMs.median.toFixed(2)} ms (p90 ${slice.stopMs.p90.toFixed(2)}, worst ${slice.stopMs.max.toFixed(1)}); there were ${slice.count}`,
    `  an increment for ${increment.stopMs.median.toFixed(2)} ms (${increment.clockMs.toFixed(2)} by the clock, p90 ${increment.stopMs.p90.toFixed(2)}, worst ${increment.stopMs.max.toFixed(1)}) and is ${kB(increment.bytes)}; Redis takes ${increment.redisMs.toFixed(1)} ms`,
    `  in ${checkpoints} checkpoints ${renewals} renewals ended; ${kB(bytesPerSecond)} a second, at most ${kB(storedBytesMax)} stored`,
    `  with ${increments} increments read in ${recoveryMs.read.toFixed(0)} ms, restored in ${recoveryMs.restore.toFixed(0)} ms`,
    '',
  ].join('\n');
}
