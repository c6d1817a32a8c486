import path from 'node:path';
import { z } from 'zod';
import { quantile, sketchSchema } from '../../edge-runtime/protocol/index.ts';
import { checkout } from '../environment.ts';
import { runCommand } from '../services/command.ts';
import type { Table } from './table.ts';

/* The agent's own benchmarks are programs of their own in edge-runtime/bench; here they are run, and what they measured becomes a table. */

const intervalSchema = z.object({ eventsPerSecond: z.number(), cpuSecondsPerMillion: z.number(), cpuShare: z.number(), pssMiB: z.number(), redisMiB: z.number(), latencyUs: sketchSchema, queryUs: sketchSchema, stages: z.record(z.string(), sketchSchema) });
const pathSchema = z.object({ name: z.string(), throughput: intervalSchema, halfLoad: intervalSchema });

/** The event path on real servers: with and without a model, one event a message and a hundred. */
export async function measurePath(): Promise<Table[]> {
  const cases = await answersOf('edge-runtime/bench/path/bench.ts', [], pathSchema);
  const ms = (microseconds: number | undefined) => ((microseconds ?? 0) / 1000).toFixed(1);
  return [
    {
      title: 'Event path: Kafka → rule → model → rule → Redis',
      about: 'Every raw and derived event stored. Throughput is of a topic that was filled before; latency, from arrival to action or store, at half that rate, while the store is asked fifty times a second. Broker, load and path share the machine. The aims are 300,000 events/s without the model, 100,000 with it, p99 ≤ 10 ms.',
      columns: ['case', 'events/s', 'CPU s a million', 'at', 'p50', 'p99', 'CPU', 'agent + Redis', 'query p99'],
      rows: cases.map(({ name, throughput, halfLoad }) => [
        name,
        Math.round(throughput.eventsPerSecond).toLocaleString('en'),
        throughput.cpuSecondsPerMillion.toFixed(2),
        `${Math.round(halfLoad.eventsPerSecond).toLocaleString('en')}/s`,
        `${ms(quantile(halfLoad.latencyUs, 0.5))} ms`,
        `${ms(quantile(halfLoad.latencyUs, 0.99))} ms`,
        `${Math.round(halfLoad.cpuShare * 100)} % of a core`,
        `${Math.round(halfLoad.pssMiB)} + ${Math.round(halfLoad.redisMiB)} MiB`,
        `${ms(quantile(halfLoad.queryUs, 0.99))} ms`,
      ]),
    },
    {
      title: 'Where an event’s time goes at that rate',
      about: 'p50 / p99 in milliseconds of each stage, in the order of the path; transport is Kafka’s, before the event arrives.',
      columns: ['case', ...Object.keys(cases[0]?.halfLoad.stages ?? {})],
      rows: cases.map(({ name, halfLoad }) => [name, ...Object.values(halfLoad.stages).map((stage) => (stage.count === 0 ? '' : `${ms(quantile(stage, 0.5))} / ${ms(quantile(stage, 0.99))}`))]),
    },
  ];
}

const checkpointsSchema = z.object({
  name: z.string(),
  snapshot: z.object({ stopMs: z.number(), bytes: z.number() }),
  slice: z.object({ stopMs: z.object({ median: z.number(), max: z.number() }) }),
  increment: z.object({ stopMs: z.object({ median: z.number(), p90: z.number(), max: z.number() }), bytes: z.number() }),
  bytesPerSecond: z.number(),
  storedBytesMax: z.number(),
  increments: z.number(),
  recoveryMs: z.object({ read: z.number(), restore: z.number() }),
});

/** A rule's state saved and written to the node's Redis after each second of events. */
export async function measureCheckpoints(): Promise<Table[]> {
  const cases = await answersOf('edge-runtime/bench/path/checkpoints.ts', [], checkpointsSchema);
  const kB = (bytes: number) => `${Math.round(bytes / 1e3).toLocaleString('en')} kB`;
  return [
    {
      title: 'Checkpoints',
      about: 'One rule, its state saved and written to Redis after each second of events. The flow stops while it is saved: milliseconds of one core. A snapshot is all of the state, once; an increment what changed; a slice a part of the state written anew between two batches.',
      columns: ['state', 'snapshot', 'increment', 'slice', 'bytes a second', 'stored at most', 'read and restored'],
      rows: cases.map(({ name, snapshot, slice, increment, bytesPerSecond, storedBytesMax, increments, recoveryMs }) => [
        name,
        `${kB(snapshot.bytes)}, the flow stops ${snapshot.stopMs.toFixed(0)} ms`,
        `${kB(increment.bytes)}, stops ${increment.stopMs.median.toFixed(2)} ms, p90 ${increment.stopMs.p90.toFixed(2)} ms, worst ${increment.stopMs.max.toFixed(2)} ms`,
        `stops ${slice.stopMs.median.toFixed(2)} ms, worst ${slice.stopMs.max.toFixed(2)} ms`,
        kB(bytesPerSecond),
        kB(storedBytesMax),
        `${Math.round(recoveryMs.read + recoveryMs.restore)} ms, with ${increments} increments`,
      ]),
    },
  ];
}

const recordingSchema = z.object({ recording: z.string(), readings: z.number(), anomalies: z.number(), delayMs: z.number().nullable(), falseAlarms: z.number() });

/** The example's rule and model over real recordings, replayed through Kafka at two hundred times their speed. */
export async function measureDetection(data: string): Promise<Table[]> {
  const recordings = await answersOf('edge-runtime/bench/skab/bench.ts', ['--data', data, '--speed', '200', '--json'], recordingSchema);
  return [
    {
      title: 'Detecting a closing valve in real recordings',
      about: 'The Skoltech Anomaly Benchmark through Kafka at 200 times its speed, with the example’s own rule and model, which has seen simulated loops only.',
      columns: ['recording', 'readings', 'detected', 'after the labelled change', 'false alarms'],
      rows: recordings.map(({ recording, readings, anomalies, delayMs, falseAlarms }) => [
        recording,
        String(readings),
        anomalies === 0 ? 'nothing to detect' : delayMs === null ? 'no' : 'yes',
        delayMs === null ? '–' : `${Math.round(delayMs / 1000)} s`,
        String(falseAlarms),
      ]),
    },
  ];
}

/** Runs a program that prints lines of JSON, and reads them. */
async function answersOf<Answer>(program: string, args: readonly string[], schema: z.ZodType<Answer>): Promise<Answer[]> {
  const output = await runCommand(process.execPath, [path.join(checkout, program), ...args, ...(args.includes('--json') ? [] : ['--json'])], { doing: `running ${program}`, cwd: checkout });
  return output.split('\n').filter((line) => line.startsWith('{')).map((line) => schema.parse(JSON.parse(line)));
}
