import { timeSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { idSchema } from '../kernel/wire.ts';

/** Whose figures: one node's, one fleet's, or the whole organisation's. */
export const scopeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('all') }),
  z.object({ kind: z.literal('fleet'), id: idSchema }),
  z.object({ kind: z.literal('node'), id: idSchema }),
]);

/** A span of time that ends now; `step` is chosen to give at most 240 points. */
export const rangeSchema = z.enum(['15m', '1h', '6h', '24h', '7d']);

export const seriesInput = z.object({
  scope: scopeSchema,
  from: timeSchema,
  to: timeSchema,
  /** Seconds a point stands for; the smallest that gives at most 1000 points is taken when absent. */
  step: z.number().int().min(10).max(86_400).optional(),
});

/** One interval that begins at `at`. A gap is an interval of which nothing was reported. Rates are a second, latencies microseconds. */
export const pointSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('point'),
    at: z.number(),
    events: z.number(),
    predictions: z.number(),
    detections: z.number(),
    actions: z.number(),
    p50: z.number().nullable(),
    p99: z.number().nullable(),
    lag: z.number().nullable(),
    buffered: z.number(),
  }),
  z.object({ kind: z.literal('gap'), at: z.number() }),
]);

/** Something to draw on the time axis: a deployment that began or ended. */
export const markerSchema = z.object({ at: z.number(), label: z.string(), deployment: idSchema });

export const seriesSchema = z.object({
  /** Milliseconds a point stands for. */
  stepMs: z.number(),
  points: z.array(pointSchema),
  markers: z.array(markerSchema),
});

/** The present, sent each second or two while somebody looks. Rates are a second, latencies microseconds. */
export const telemetryNowSchema = z.object({
  at: z.number(),
  events: z.number(),
  predictions: z.number(),
  detections: z.number(),
  actions: z.number(),
  latency: z.object({ p50: z.number().nullable(), p99: z.number().nullable() }),
  /** Events that sources have not taken yet; null when no source can tell. */
  lag: z.number().nullable(),
  buffered: z.number(),
  /** Records that nodes numbered and that never arrived, since the process began. */
  lost: z.number(),
  /** Nodes that reported within the last ten seconds. */
  nodes: z.number(),
  streams: z.array(z.object({ stream: z.string(), eventsPerSecond: z.number() })),
  models: z.array(z.object({ name: z.string(), version: z.number().int(), predictionsPerSecond: z.number(), p99: z.number().nullable() })),
});

/** Asked of at most a hundred nodes at a time. */
export const budgetsInput = z.object({ nodes: z.array(idSchema).min(1).max(100) });
const spentSchema = z.object({
  bytes: z.number().int(),
  /** Rows of streams that somebody looked at. */
  rowsLeftOut: z.number().int(),
  /** Messages of figures that came with the next one. */
  messagesDelayed: z.number().int(),
});
/** What a connected node may send of telemetry in each minute of its clock, and what it sent in this and the one before. */
export const nodeBudgetSchema = z.object({ node: idSchema, limit: z.number().int(), current: spentSchema, previous: spentSchema.optional() });
/** Nodes that are not connected, or whose agents are too old to tell, are left out. */
export const budgetsOutput = z.array(nodeBudgetSchema);

export type NodeBudget = z.infer<typeof nodeBudgetSchema>;
export type Scope = z.infer<typeof scopeSchema>;
export type Point = z.infer<typeof pointSchema>;
export type Series = z.infer<typeof seriesSchema>;
export type TelemetryNow = z.infer<typeof telemetryNowSchema>;
