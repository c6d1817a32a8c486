import { z } from 'zod';
import type { Connector } from '../cep/index.ts';
import type { KafkaOptions } from '../kernel/kafka.ts';
import { PathError } from '../kernel/path-error.ts';
import { namesOf, sinkTypes } from '../protocol/index.ts';
import type { KafkaSinkOptions } from './kafka-sink.ts';
import { jsonPayload, textPayload, type PayloadFormat } from './payload.ts';
import type { WebhookOptions } from './webhook-sink.ts';

/** A sink's annotation, checked and complete. */
export type SinkOptions =
  | ({ type: 'kafka'; connection: Omit<KafkaOptions, 'clientId'> } & KafkaSinkOptions)
  | ({ type: 'webhook' } & WebhookOptions)
  | { type: 'log'; id: string; prefix: string };

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const text = z.string().min(1).max(2048);

const kafkaSchema = z.strictObject({
  topic: text,
  key: text.optional(),
  brokers: text.optional(),
  'bootstrap.servers': text.optional(),
  ssl: flag.default(false),
  'sasl.mechanism': z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
  'sasl.username': text.optional(),
  'sasl.password': text.optional(),
});
const webhookSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(2048),
  method: z.enum(['POST', 'PUT']).default('POST'),
  /** One header a line, `Name: value`. */
  headers: text.optional(),
  'timeout.ms': z.coerce.number().int().min(100).max(60_000).default(5000),
});
const logSchema = z.strictObject({ prefix: text.optional(), priority: z.string().optional() });

/** Checks what a `@sink` says; `place` tells sinks of one stream and type apart. Throws a `PathError` that names the option. */
export function parseSinkOptions(connector: Connector, stream: string, place: number): SinkOptions {
  const subject = `${stream} @sink(type='${connector.type}')`;
  const id = `${stream}/${connector.type}${place === 0 ? '' : `-${place + 1}`}`;
  switch (connector.type) {
    case 'kafka': {
      const options = parse(kafkaSchema, connector.options, subject);
      const brokers = (options['bootstrap.servers'] ?? options.brokers ?? '').split(',').map((broker) => broker.trim()).filter((broker) => broker !== '');
      if (brokers.length === 0) throw new PathError('connector.invalid', subject, `${subject} has no brokers: set connectors.kafka.brokers for the fleet or the node, or bootstrap.servers here`);
      const { 'sasl.mechanism': mechanism, 'sasl.username': username, 'sasl.password': password } = options;
      const sasl = mechanism !== undefined && username !== undefined && password !== undefined ? { sasl: { mechanism, username, password } } : {};
      return { type: 'kafka', id, topic: options.topic, key: options.key, connection: { brokers, ssl: options.ssl, ...sasl } };
    }
    case 'webhook':
    case 'http': {
      const { url, method, headers, 'timeout.ms': timeoutMs } = parse(webhookSchema, renamed(connector.options), subject);
      return { type: 'webhook', id, url, method, headers: parseHeaders(headers ?? '', subject), timeoutMs };
    }
    case 'log':
      return { type: 'log', id, prefix: parse(logSchema, connector.options, subject).prefix ?? stream };
    default:
      throw new PathError('connector.unsupported', subject, `sinks of type '${connector.type}' are not known; there are ${namesOf(Object.keys(sinkTypes))}`);
  }
}

/** Throws a `PathError` for a mapping that is not known. */
export function sinkPayload(connector: Connector, stream: string): PayloadFormat {
  const subject = `${stream} @sink(type='${connector.type}')`;
  const { payload } = connector.map;
  const template = typeof payload === 'string' ? payload : payload === undefined ? undefined : JSON.stringify(payload);
  switch (connector.map.type) {
    case 'json':
    case 'passThrough':
      return jsonPayload(template);
    case 'text':
      return textPayload(template);
    default:
      throw new PathError('connector.unsupported', subject, `${subject}: @map(type='${connector.map.type}') is not known; there are ${namesOf(sinkTypes.log.mappers)}`);
  }
}

/** Siddhi's HTTP sink calls its address `publisher.url`. */
function renamed(options: Readonly<Record<string, string>>): Record<string, string> {
  const { 'publisher.url': url, ...others } = options;
  return url === undefined ? others : { ...others, url };
}

function parseHeaders(text: string, subject: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of text.split('\n').map((part) => part.trim()).filter((part) => part !== '')) {
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*)$/.exec(line);
    if (match === null) throw new PathError('connector.invalid', subject, `${subject}: headers are lines of 'Name: value'`);
    headers[match[1] ?? ''] = match[2] ?? '';
  }
  return headers;
}

function parse<Schema extends z.ZodType>(schema: Schema, options: unknown, subject: string): z.output<Schema> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new PathError('connector.invalid', subject, `${subject}: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
}
