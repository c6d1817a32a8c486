import { z } from 'zod';
import { timeSchema, versionSchema } from './scalars.ts';
import { sketchSchema } from './sketch.ts';
import { attributeSpreadSchema, spreadAttributesMax } from './spread.ts';

/** No node does more between two messages; sums over fleets and days stay exact. */
const count = z.number().int().min(0).max(1e12);

/** The length of what a budget is for, by the node's clock, in milliseconds. */
export const telemetryBudgetPeriodMs = 60_000;
/** What a node may send of telemetry in such a period when its settings say nothing. */
export const telemetryBudgetDefaultBytes = 8 * 1_048_576;

/** What went out in a period, and what did not for want of room: rows that somebody looked at, and figures that came with the next message. */
const budgetSpentSchema = z.object({ bytes: count, rowsLeftOut: count, messagesDelayed: count });

/** How much of a link telemetry may take, and took. `previous` is the period right before. */
export const telemetryBudgetSchema = z.object({ limit: count, current: budgetSpentSchema, previous: budgetSpentSchema.optional() });
export type TelemetryBudgetState = z.infer<typeof telemetryBudgetSchema>;

/** What happened on a node between two moments. Counts are of this interval alone, so intervals add up. */
export const telemetrySchema = z.object({
  from: timeSchema,
  to: timeSchema,
  streams: z.array(z.object({ stream: z.string().max(128), events: count })).max(256),
  sources: z.array(z.object({ id: z.string().max(128), received: count, refused: count, lag: count.optional(), paused: z.boolean() })).max(64),
  models: z
    .array(
      z.object({
        name: z.string().max(63),
        version: versionSchema,
        predictions: count,
        errors: count,
        latencyUs: sketchSchema,
        /** Of what rules asked and were answered, evenly sampled; not in every message. Older agents send none. */
        spreads: z.array(attributeSpreadSchema).max(spreadAttributesMax).optional(),
      }),
    )
    .max(100),
  detections: count,
  actions: count,
  deadLetters: count,
  stored: count,
  /** From an event's arrival at the agent to its action or its place in the store, microseconds. */
  latencyUs: sketchSchema,
  /** Bounded queues between stages: the deepest each was. */
  queues: z.array(z.object({ name: z.string().max(64), depth: count, limit: count })).max(32),
  /** Records that wait for the control plane; `lost` of them had to make room for newer ones in this interval. */
  buffer: z.object({ records: count, bytes: count, oldestAt: timeSchema.optional(), lost: count.optional() }),
  process: z.object({ cpuShare: z.number().min(0), rssBytes: count, storeBytes: count }),
  /** As it stood before this message. Older agents have none. */
  budget: telemetryBudgetSchema.optional(),
});
export type Telemetry = z.infer<typeof telemetrySchema>;
