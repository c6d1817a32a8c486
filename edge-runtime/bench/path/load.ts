/*
 * Sends readings of pump loops to Kafka: `node load.ts '<LoadOptions as JSON>'`. In a process of its own, so that what is
 * measured is not what measures. With `rate` it keeps to so many events a second, otherwise it sends as fast
 * as it can. The same readings come again after a while.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';

export interface LoadOptions {
  brokers: string;
  topic: string;
  events: number;
  eventsPerMessage: number;
  rate: number | null;
}

const options: LoadOptions = JSON.parse(process.argv[2] ?? '');
const producer = new Kafka({ clientId: 'bench', brokers: options.brokers.split(','), logLevel: logLevel.ERROR }).producer({ idempotent: false });
const intervalMs = 5;
/** Keeps a request under the broker's usual limit of a megabyte. */
const eventsPerSendMax = 3000;

// Written once: what is measured is not how fast readings are written as JSON.
const ring = Array.from({ length: options.eventsPerMessage === 1 ? 20_000 : 500 }, (_, index) => message(index * options.eventsPerMessage));

await producer.connect();
const startedAt = performance.now();
for (let sent = 0; sent < options.events; ) {
  const due = options.rate === null ? sent + eventsPerSendMax : Math.floor(((performance.now() - startedAt) / 1000) * options.rate);
  const count = Math.min(options.events, due, sent + eventsPerSendMax) - sent;
  const messages: { value: string }[] = [];
  for (let event = 0; event + options.eventsPerMessage <= count; event += options.eventsPerMessage) messages.push({ value: ring[((sent + event) / options.eventsPerMessage) % ring.length] ?? '' });
  if (messages.length > 0) await producer.send({ topic: options.topic, acks: 1, compression: CompressionTypes.None, messages });
  sent += messages.length * options.eventsPerMessage;
  if (options.rate !== null) await delay(intervalMs);
}
await producer.disconnect();

function message(first: number): string {
  if (options.eventsPerMessage === 1) return JSON.stringify(reading(first));
  return JSON.stringify(Array.from({ length: options.eventsPerMessage }, (_, index) => reading(first + index)));
}

function reading(index: number): object {
  const wave = Math.sin(index / 50);
  return {
    loop: `loop-${index % 16}`,
    vibration1: 0.027 + wave / 1000,
    vibration2: 0.04 + wave / 900,
    current: 1.2 + wave / 10,
    pressure: 0.1 + wave / 5,
    temperature: 79.3 + wave,
    thermocouple: 26.1 + wave / 4,
    voltage: 233 + wave,
    flow: 32 + wave,
  };
}
