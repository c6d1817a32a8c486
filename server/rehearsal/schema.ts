import { z } from 'zod';
import { rolloutStateSchema } from '../deployments/schema.ts';
import { gateSchema } from '../gates/schema.ts';
import { digestSchema } from '@selvedge/edge-runtime/protocol';

export const rehearseInput = z.object({ hash: digestSchema });

const secondsSchema = z.object({ median: z.number(), p90: z.number() });

export const rehearsalSchema = z.object({
  /** How often it was run, each time with other luck. */
  runs: z.number().int(),
  /** How the runs ended, the commonest first; a rollout that a person has to decide about ends there. */
  ends: z.array(z.object({ state: rolloutStateSchema, runs: z.number().int(), message: z.string() })),
  /** From the start to the end of a run, in seconds. */
  seconds: secondsSchema,
  waves: z.array(z.object({ index: z.number().int(), nodes: z.number().int(), /** Until it passed; null when it did in no run. */ passedAfter: secondsSchema.nullable() })),
  /** Nodes that did not report the bundle by the end, in the middle run. */
  leftBehind: z.object({ offline: z.number().int(), failed: z.number().int() }),
  /** Of each gate beside control: from how many times on it would stop the first wave in four of five runs; null when it never would. */
  gates: z.array(z.object({ gate: gateSchema, noticesFrom: z.number().nullable() })),
  /** What the rehearsal takes for granted, and how much of it is known of these nodes. */
  assumptions: z.array(z.string()),
});

export type RehearsalView = z.infer<typeof rehearsalSchema>;
