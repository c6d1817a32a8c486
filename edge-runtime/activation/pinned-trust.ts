import { z } from 'zod';
import { publicKeySchema, thresholdSchema, trustedKeySchema, welcomeSchema } from '../protocol/index.ts';

/** Keys that signed once: so many are remembered, for what they signed and what still runs. */
export const formerKeysMax = 64;

export const trustSchema = welcomeSchema.pick({ organization: true, node: true, signingKeys: true }).extend({
  pinnedAt: z.number().int(),
  /** How many must have signed a bundle or a key set. */
  threshold: thresholdSchema.default(1),
  /** Which version of the organization's keys `signingKeys` are. */
  keysVersion: z.number().int().min(1).default(1),
  formerKeys: z.array(trustedKeySchema).max(formerKeysMax).default([]),
  /** The node's own key when it was welcomed last; not there in files of older agents. */
  nodeKey: publicKeySchema.optional(),
});
/** Whom this node obeys, and under which name: fixed at the first welcome. */
export type Trust = z.infer<typeof trustSchema>;
