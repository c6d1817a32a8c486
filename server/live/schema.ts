import { attributeValueSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { idSchema } from '../kernel/wire.ts';
import { scopeSchema, telemetryNowSchema } from '../telemetry/schema.ts';

/** Nouns whose changes a browser hears of; `resync` says that something may have been missed and everything shown must be read again. */
export const changeTopicSchema = z.enum(['node', 'fleet', 'rule', 'model', 'deployment', 'repository', 'enrollment', 'detection', 'alert', 'settings', 'audit', 'resync']);

/** Something changed: refetch what shows it. `id` is the object's, `kind` a word for what happened to it. */
export const changeSchema = z.object({ topic: changeTopicSchema, id: z.string(), kind: z.string() });

/** tRPC's client sends `lastEventId` again after a reconnect; without it the subscription begins now. */
export const changesInput = z.object({ lastEventId: z.string().max(64).nullish() });

/** Where `changes` begins for a page that is read after this was asked: what changes while it is read is then heard, too. */
export const changesPositionOutput = z.object({ cursor: z.string() });

export const liveTelemetryInput = z.object({ scope: scopeSchema });
export const liveTelemetryOutput = telemetryNowSchema;

export const tailInput = z.object({ node: idSchema, stream: z.string().min(1).max(128), rowsPerSecondMax: z.number().int().min(1).max(1000).default(200) });
export const tailOutput = z.object({
  stream: z.string(),
  attributes: z.array(z.string()),
  rows: z.array(z.object({ at: z.number(), values: z.array(attributeValueSchema) })),
  /** Events that the node left out to keep within the budget. */
  skipped: z.number().int(),
});

export type Change = z.infer<typeof changeSchema>;
export type ChangeTopic = z.infer<typeof changeTopicSchema>;
export type TailBatch = z.infer<typeof tailOutput>;
