/**
 * The devices of the example: pump loops that send what their eight sensors read to Kafka.
 *
 *     node examples/pump-loop/devices.ts --brokers localhost:9092            three loops, ten readings a second each
 *     node examples/pump-loop/devices.ts --brokers … --replay FILE --speed 200    a recording instead, at its own times;
 *                                                                  with --recent moved so that it ends now
 *
 * Ends on SIGINT or SIGTERM, or at the end of the recording, after what was sent has been acknowledged.
 */
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { Chance, drawCharacter, PumpLoop, type Reading } from './pump-loop.ts';
import { readRecording } from './recording.ts';

const { values: options } = parseArgs({
  options: {
    brokers: { type: 'string', default: 'localhost:9092' },
    topic: { type: 'string', default: 'readings' },
    loops: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    replay: { type: 'string' },
    speed: { type: 'string', default: '1' },
    loop: { type: 'string', default: 'loop-1' },
    recent: { type: 'boolean', default: false },
  },
});

const readingIntervalMs = 100;
/** Soon enough for someone who has just started it to see one. */
const firstClosingAfterMs = 25_000;

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

const kafka = new Kafka({ clientId: 'pump-loop-devices', brokers: options.brokers.split(','), logLevel: logLevel.ERROR });
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: true, maxInFlightRequests: 1 });
await producer.connect();
try {
  if (options.replay === undefined) await simulate(producer, positive('loops'), positive('seed'));
  else await replay(producer, await recorded(options.replay), positive('speed'));
} finally {
  await producer.disconnect();
}

/** Sends readings until stopped; every one or two minutes one loop's valve closes for a while. */
async function simulate(to: Producer, count: number, seed: number): Promise<void> {
  const chance = new Chance(seed);
  const loops = Array.from({ length: count }, (_, index) => new PumpLoop(`loop-${index + 1}`, drawCharacter(chance), chance));
  let at = Date.now();
  let nextClosingAt = at + firstClosingAfterMs;
  while (!stopping.signal.aborted) {
    if (at >= nextClosingAt) {
      const loop = loops[Math.floor(chance.next() * loops.length)];
      loop?.close({ startsAt: at, rampMs: 4000, holdMs: chance.between(15_000, 40_000), depth: chance.between(0.12, 0.4) });
      nextClosingAt = at + chance.between(60_000, 120_000);
    }
    const now = at;
    await send(to, loops.map((loop) => loop.read(now)));
    at = Math.max(at + readingIntervalMs, Date.now() - readingIntervalMs);
    await pause(at - Date.now());
  }
}

async function recorded(path: string): Promise<Reading[]> {
  const readings = await readRecording(path, options.loop);
  const last = readings.at(-1);
  if (!options.recent || last === undefined) return readings;
  const shift = Date.now() - last.at;
  return readings.map((reading) => ({ ...reading, at: reading.at + shift }));
}

/** Sends a recording with its own times; `speed` seconds of it pass in one. */
async function replay(to: Producer, readings: readonly Reading[], speed: number): Promise<void> {
  const [first] = readings;
  if (first === undefined) return;
  const startedAt = performance.now();
  let next = 0;
  while (next < readings.length && !stopping.signal.aborted) {
    const reached = first.at + (performance.now() - startedAt) * speed;
    const from = next;
    while (next < readings.length && (readings[next]?.at ?? 0) <= reached) next += 1;
    if (next > from) await send(to, readings.slice(from, next));
    await pause(10);
  }
}

async function send(to: Producer, readings: readonly Reading[]): Promise<void> {
  await to.send({
    topic: options.topic,
    acks: -1,
    messages: readings.map((reading) => ({ key: reading.loop, value: JSON.stringify(reading), timestamp: String(reading.at) })),
  });
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
}

function positive(name: 'loops' | 'seed' | 'speed'): number {
  const value = Number(options[name]);
  if (!(value > 0)) throw new Error(`--${name} takes a number above zero, not "${options[name]}"`);
  return value;
}
