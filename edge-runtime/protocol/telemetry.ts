import { z } from 'zod';
import { timeSchema, versionSchema } from './scalars.ts';
import { sketchSchema } from './sketch.ts';
import { attributeSpreadSchema, spreadAttributesMax } from './spread.ts';

/** No node does more between two messages; sums over fleets and days stay exact. */
const count = z.number().int().min(0).max(1e12);

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
});
export type Telemetry = z.infer<typeof telemetrySchema>;
