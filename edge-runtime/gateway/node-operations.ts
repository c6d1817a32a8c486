import { z } from 'zod';
import { attributeValueSchema } from '../protocol/index.ts';
import type { GatewayBackend, GatewayPath } from './backend.ts';
import { readDetections } from './detections.ts';
import { GatewayError } from './errors.ts';
import { failIngest, failQuery } from './failures.ts';
import { type Operation, operation, parseInput } from './operation.ts';

export const nothing = z.object({});
const INGEST_BYTES_MAX = 8 * 1024 * 1024;
const HOUR_MS = 3_600_000;

/** Milliseconds since 1970, or an ISO 8601 time with its zone. */
const timeQuerySchema = z.union([z.coerce.number().int().min(0).max(8.64e15), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))]);
const rangeSchema = z.object({
  from: timeQuerySchema.optional().describe('Inclusive; an hour ago without it.'),
  to: timeQuerySchema.optional().describe('Inclusive; now without it.'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(4096).optional().describe('`nextCursor` of the page before.'),
});
const attributeSchema = z.object({ name: z.string(), type: z.string() });
const dataSchema = z.record(z.string(), attributeValueSchema);
const refusedSchema = z.array(z.object({ index: z.number().int(), reason: z.string() }));

export function requirePath(backend: GatewayBackend): GatewayPath {
  const path = backend.path();
  if (path === undefined) throw new GatewayError('NotRunning', backend.notReady() ?? 'No bundle runs on this node now.', { headers: { 'retry-after': '1' } });
  return path;
}

/** What people and programs at the site read from the node and send to it. */
export function nodeOperations(backend: GatewayBackend, now: () => number): Operation[] {
  return [...healthOperations(backend), ...readOperations(backend, now), ingestOperation(backend), ...holdOperations(backend, now)];
}

function healthOperations(backend: GatewayBackend): Operation[] {
  const base = { method: 'GET', parameters: nothing, query: nothing, bodyBytesMax: 0 } as const;
  return [
    operation({ ...base, id: 'live', path: '/healthz', open: true, summary: 'Whether the agent lives', responses: { 200: { description: 'It does.', schema: z.object({ status: z.literal('ok') }) } }, errors: [], handle: async () => ({ status: 200, body: { status: 'ok' } }) }),
    operation({
      ...base, id: 'ready', path: '/readyz', open: true, summary: 'Whether a bundle runs and its store answers',
      responses: { 200: { description: 'Both.', schema: z.object({ status: z.literal('ok') }) } }, errors: ['NotRunning'],
      handle: async () => {
        const reason = backend.notReady();
        if (reason !== undefined) throw new GatewayError('NotRunning', reason);
        return { status: 200, body: { status: 'ok' } };
      },
    }),
    operation({ ...base, id: 'metrics', path: '/metrics', open: false, summary: 'Figures for Prometheus', responses: { 200: { description: 'Text of version 0.0.4.', contentType: 'text/plain' } }, errors: [], handle: async () => ({ status: 200, body: await backend.metrics(), contentType: 'text/plain; version=0.0.4; charset=utf-8' }) }),
    operation({ ...base, id: 'status', path: '/v1/status', open: false, summary: 'The node, its link, what it runs and should run, its sources, sinks and models', responses: { 200: { description: 'The status.', schema: z.record(z.string(), z.unknown()) } }, errors: [], handle: async () => ({ status: 200, body: await backend.status() }) }),
  ];
}

function readOperations(backend: GatewayBackend, now: () => number): Operation[] {
  const streamSchema = z.object({ name: z.string(), rule: z.string(), kind: z.string(), stored: z.boolean(), attributes: z.array(attributeSchema) });
  return [
    operation({
      id: 'listStreams', method: 'GET', path: '/v1/streams', open: false, summary: 'The streams of the bundle that runs', parameters: nothing, query: nothing, bodyBytesMax: 0,
      responses: { 200: { description: 'The streams.', schema: z.object({ streams: z.array(streamSchema) }) } }, errors: ['NotRunning'],
      handle: async () => ({ status: 200, body: { streams: await requirePath(backend).streams() } }),
    }),
    operation({
      id: 'readEvents', method: 'GET', path: '/v1/streams/{stream}/events', open: false, summary: 'Stored events of a stream', bodyBytesMax: 0,
      parameters: z.object({ stream: z.string().max(128).describe('`rule/Stream` with its slash encoded, or `Stream` where one rule has it.') }),
      query: rangeSchema.extend({ order: z.enum(['newest', 'oldest']).default('newest') }),
      responses: { 200: { description: 'A page of events.', schema: z.object({ stream: z.string(), attributes: z.array(attributeSchema), events: z.array(z.object({ at: z.number(), data: dataSchema })), nextCursor: z.string().nullable() }) } },
      errors: ['InvalidInput', 'StreamNotFound', 'NotRunning', 'StoreUnavailable'],
      handle: async ({ parameters, query }) => {
        const { cursor, limit, order, to = now(), from = to - HOUR_MS } = query;
        const answer = await requirePath(backend).query({ stream: parameters.stream, from, to, limit, order, ...(cursor === undefined ? {} : { cursor }) });
        if (!answer.ok) return failQuery(answer);
        const events = answer.rows.map(({ at, values }) => ({ at, data: Object.fromEntries(answer.attributes.map(({ name }, index) => [name, values[index] ?? null])) }));
        return { status: 200, body: { stream: answer.stream, attributes: answer.attributes, events, nextCursor: answer.nextCursor } };
      },
    }),
    operation({
      id: 'readDetections', method: 'GET', path: '/v1/detections', open: false, summary: 'The newest detections of every rule', parameters: nothing, query: rangeSchema, bodyBytesMax: 0,
      responses: { 200: { description: 'A page of detections, newest first.', schema: z.object({ detections: z.array(z.object({ stream: z.string(), rule: z.string(), at: z.number(), data: dataSchema })), nextCursor: z.string().nullable() }) } },
      errors: ['InvalidInput', 'NotRunning', 'StoreUnavailable'],
      handle: async ({ query }) => {
        const { to = now(), from = to - HOUR_MS, limit, cursor } = query;
        return { status: 200, body: await readDetections(requirePath(backend), { from, to, limit, cursor }) };
      },
    }),
  ];
}

function ingestOperation(backend: GatewayBackend): Operation {
  return operation({
    id: 'ingest', method: 'POST', path: '/v1/ingest/{source*}', open: false, summary: 'Hand events to an HTTP source', bodyBytesMax: INGEST_BYTES_MAX,
    parameters: z.object({ source: z.string().min(1).max(256).describe('The path of an HTTP source, as its `@source` annotation has it.') }), query: nothing,
    requestBody: { contentType: 'application/json', schema: z.unknown().describe('What the mapping of the source reads: one event or a list of them.') },
    responses: { 202: { description: 'Accepted and durable; events that the mapping refused are named and kept as dead letters.', schema: z.object({ accepted: z.number().int(), refused: refusedSchema }) } },
    errors: ['SourceNotFound', 'EventsMalformed', 'BodyTooLarge', 'UnsupportedType', 'RequestTooSlow', 'SourceBusy', 'NotRunning'],
    handle: async ({ parameters, contentType, body }) => {
      const reply = await requirePath(backend).ingest(`/${parameters.source}`, contentType, body);
      return reply.kind === 'accepted' ? { status: 202, body: { accepted: reply.events, refused: reply.refused } } : failIngest(reply);
    },
  });
}

function holdOperations(backend: GatewayBackend, now: () => number): Operation[] {
  const holdSchema = z.object({ minutes: z.number().min(1).max(43_200), reason: z.string().min(1).max(512) });
  return [
    operation({
      id: 'hold', method: 'POST', path: '/v1/hold', open: false, summary: 'Forbid changes to this node for a while; what runs goes on', parameters: nothing, query: nothing, bodyBytesMax: 4096,
      requestBody: { contentType: 'application/json', schema: holdSchema }, responses: { 200: { description: 'Held.', schema: z.object({ until: z.number() }) } }, errors: ['InvalidInput'],
      handle: async ({ body }) => {
        const { minutes, reason } = parseInput(holdSchema, readJson(body));
        const until = Math.round(now() + minutes * 60_000);
        await backend.hold(until, reason);
        return { status: 200, body: { until } };
      },
    }),
    operation({
      id: 'release', method: 'DELETE', path: '/v1/hold', open: false, summary: 'Allow changes again', parameters: nothing, query: nothing, bodyBytesMax: 0, responses: { 204: { description: 'Released.' } }, errors: [],
      handle: async () => {
        await backend.release();
        return { status: 204, body: undefined };
      },
    }),
  ];
}

export function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new GatewayError('InvalidInput', 'The body is not JSON.');
  }
}
