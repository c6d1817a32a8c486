import { isAbsolute, resolve, sep } from 'node:path';
import { z } from 'zod';
import type { Attribute, Connector, RowReader } from '../cep/index.ts';
import type { KafkaOptions } from '../kernel/kafka.ts';
import { PathError } from '../kernel/path-error.ts';
import { namesOf, sourceTypes } from '../protocol/index.ts';
import type { Decoder } from './decoder.ts';
import type { FileSourceOptions } from './file-source.ts';
import { jsonDecoder } from './json-decoder.ts';
import { JsonPathError } from './json-path.ts';
import type { HttpSourceOptions } from './http-source.ts';
import type { KafkaSourceOptions } from './kafka-source.ts';

/** A source's annotation, checked and complete. */
export type SourceOptions =
  | ({ type: 'kafka'; connection: Omit<KafkaOptions, 'clientId'> } & KafkaSourceOptions)
  | ({ type: 'http' } & HttpSourceOptions)
  | ({ type: 'file' } & FileSourceOptions);

export interface SourceContext {
  /** Begins the source's id, for example `valve-watch/Readings`. */
  stream: string;
  attributes: readonly Attribute[];
  filesFolder: string;
}

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const text = z.string().min(1).max(512);

const kafkaSchema = z.strictObject({
  topic: text.optional(),
  'topic.list': text.optional(),
  'group.id': text.optional(),
  brokers: text.optional(),
  'bootstrap.servers': text.optional(),
  'auto.offset.reset': z.enum(['earliest', 'latest']).default('earliest'),
  timestamp: text.optional(),
  ssl: flag.default(false),
  'sasl.mechanism': z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
  'sasl.username': text.optional(),
  'sasl.password': text.optional(),
});
const httpSchema = z.strictObject({
  path: z.string().regex(/^\/[A-Za-z0-9._~/-]{0,200}$/, 'a path such as /readings'),
  timestamp: text.optional(),
});
const fileSchema = z.strictObject({
  path: text,
  speed: z.coerce.number().min(0).max(1_000_000).default(0),
  timestamp: text.optional(),
});
const csvMapSchema = z.strictObject({ delimiter: z.string().length(1).default(','), header: flag.default(true) });
const jsonMapSchema = z.strictObject({});

/**
 * Checks what a `@source` says, with the node's settings already under it and secrets already in it. Throws a
 * `PathError` that names the option.
 */
export function parseSourceOptions(connector: Connector, context: SourceContext): SourceOptions {
  const subject = `${context.stream} @source(type='${connector.type}')`;
  switch (connector.type) {
    case 'kafka':
      requireJson(connector, subject, 'kafka');
      return kafkaOptions(parse(kafkaSchema, connector.options, subject), context, subject);
    case 'http': {
      requireJson(connector, subject, 'http');
      const { path } = parse(httpSchema, connector.options, subject);
      return { type: 'http', id: `${context.stream}/http:${path}`, path };
    }
    case 'file':
      return fileOptions(connector, parse(fileSchema, connector.options, subject), context, subject);
    default:
      throw new PathError('connector.unsupported', subject, `sources of type '${connector.type}' are not known; there are ${namesOf(Object.keys(sourceTypes))}`);
  }
}

/** Throws a `PathError` when a path in the annotation cannot be followed. */
export function sourceDecoder(connector: Connector, context: SourceContext, reader: RowReader): Decoder {
  const subject = `${context.stream} @source(type='${connector.type}')`;
  // A file of separated values names columns there, and reads them itself.
  const isCsv = connector.map.type === 'csv';
  try {
    return jsonDecoder({
      reader,
      paths: isCsv ? undefined : connector.map.attributes,
      timestamp: isCsv ? undefined : connector.options['timestamp'],
      attributes: context.attributes,
    });
  } catch (error) {
    if (error instanceof JsonPathError) throw new PathError('connector.invalid', subject, `${subject}: ${error.message}`, error);
    throw error;
  }
}

function kafkaOptions(options: z.infer<typeof kafkaSchema>, context: SourceContext, subject: string): SourceOptions {
  const topic = options.topic ?? options['topic.list'];
  if (topic === undefined) throw new PathError('connector.invalid', subject, `${subject} names no topic`);
  const brokers = (options['bootstrap.servers'] ?? options.brokers ?? '').split(',').map((broker) => broker.trim()).filter((broker) => broker !== '');
  if (brokers.length === 0) throw new PathError('connector.invalid', subject, `${subject} has no brokers: set connectors.kafka.brokers for the fleet or the node, or bootstrap.servers here`);
  const { 'sasl.mechanism': mechanism, 'sasl.username': username, 'sasl.password': password } = options;
  if (mechanism !== undefined && (username === undefined || password === undefined)) throw new PathError('connector.invalid', subject, `${subject} needs sasl.username and sasl.password`);
  return {
    type: 'kafka',
    id: `${context.stream}/kafka:${topic}`,
    topic,
    sharedGroup: options['group.id'],
    offsetReset: options['auto.offset.reset'],
    connection: { brokers, ssl: options.ssl, ...(mechanism !== undefined && username !== undefined && password !== undefined && { sasl: { mechanism, username, password } }) },
  };
}

function fileOptions(connector: Connector, options: z.infer<typeof fileSchema>, context: SourceContext, subject: string): SourceOptions {
  const path = resolve(context.filesFolder, options.path);
  if (isAbsolute(options.path) || !path.startsWith(context.filesFolder + sep)) {
    throw new PathError('connector.invalid', subject, `${subject}: '${options.path}' is outside the node's folder for files`);
  }
  const shared = { type: 'file' as const, id: `${context.stream}/file:${options.path}`, path, speed: options.speed };
  if (connector.map.type === 'json') return { ...shared, format: { kind: 'lines' } };
  if (connector.map.type !== 'csv') throw unknownMap(connector, subject, 'file');
  const { delimiter, header } = parse(csvMapSchema, connector.map.options, subject);
  return { ...shared, format: { kind: 'csv', attributes: context.attributes, delimiter, header, columns: connector.map.attributes, timestamp: options.timestamp } };
}

function requireJson(connector: Connector, subject: string, type: 'kafka' | 'http'): void {
  if (connector.map.type !== 'json') throw unknownMap(connector, subject, type);
  parse(jsonMapSchema, connector.map.options, subject);
}

function unknownMap(connector: Connector, subject: string, type: keyof typeof sourceTypes): PathError {
  return new PathError('connector.unsupported', subject, `${subject}: @map(type='${connector.map.type}') is not known here; there is ${namesOf(sourceTypes[type].mappers)}`);
}

function parse<Schema extends z.ZodType>(schema: Schema, options: unknown, subject: string): z.output<Schema> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new PathError('connector.invalid', subject, `${subject}: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
}
