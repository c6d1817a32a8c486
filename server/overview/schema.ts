import { z } from 'zod';
import { detectionSchema } from '../detections/schema.ts';
import { idSchema } from '../kernel/wire.ts';
import { nodesSummaryOutput } from '../nodes/schema.ts';

/** Something that waits for a person, and where to go for it. */
export const needSchema = z.object({
  kind: z.enum(['enrollment', 'rolloutPaused', 'nodeFailed', 'nodesQuarantined', 'multipleOwners', 'repository', 'alert', 'signatures']),
  tone: z.enum(['info', 'notice', 'critical']),
  title: z.string(),
  detail: z.string(),
  target: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('enrollment') }),
    z.object({ kind: z.literal('deployment'), id: idSchema }),
    z.object({ kind: z.literal('node'), id: idSchema }),
    z.object({ kind: z.literal('nodes'), filter: z.object({ health: z.string().optional(), sync: z.string().optional(), quarantined: z.boolean().optional() }) }),
    z.object({ kind: z.literal('fleet'), id: idSchema }),
    z.object({ kind: z.literal('repository'), id: idSchema }),
    z.object({ kind: z.literal('alert'), id: idSchema }),
    z.object({ kind: z.literal('settings') }),
  ]),
});

export const overviewSchema = z.object({
  nodes: nodesSummaryOutput,
  /** Over the last ten seconds, the whole organisation. */
  rates: z.object({ events: z.number(), predictions: z.number(), p50Us: z.number().nullable(), p99Us: z.number().nullable() }),
  /** Records that nodes numbered and that never arrived. */
  lost: z.number().int(),
  buffered: z.object({ records: z.number().int(), oldestAt: z.number().nullable() }),
  eventsToday: z.number(),
  rollouts: z.array(
    z.object({
      id: idSchema,
      fleet: z.string(),
      state: z.string(),
      startedAt: z.number(),
      /** When it may be done, at its pace so far; null where that cannot be said. */
      eta: z.number().nullable(),
      /** Which of its waves is under way, counted from 0. */
      wave: z.object({ index: z.number().int(), of: z.number().int() }),
      nodes: z.object({ total: z.number().int(), running: z.number().int(), failed: z.number().int() }),
    }),
  ),
  needs: z.array(needSchema),
  latestDetections: z.array(detectionSchema),
  changes24h: z.array(
    z.object({
      at: z.number(),
      actor: z.string(),
      action: z.string(),
      /** What it has come to, of things that have states. */
      state: z.string().nullable(),
      object: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
      /** To how many more nodes the same was done right before, by the same actor. */
      more: z.number().int(),
    }),
  ),
  /** For the rail beside every page. */
  counts: z.object({
    nodes: z.number().int(),
    fleets: z.number().int(),
    rules: z.number().int(),
    models: z.number().int(),
    deployments: z.number().int(),
    enrollments: z.number().int(),
    detections: z.number().int(),
    /** Open: nobody has taken them on. */
    alerts: z.number().int(),
  }),
});

export type Overview = z.infer<typeof overviewSchema>;
export type Need = z.infer<typeof needSchema>;
