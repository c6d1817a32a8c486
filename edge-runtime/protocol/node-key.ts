import { z } from 'zod';
import { publicKeySchema, timeSchema } from './scalars.ts';

/** What the old and the new key of a node both sign, so that neither can be put in the other's place: for this node and this purpose alone. */
export function newKeyText(change: { organization: string; node: string; replaces: string; publicKey: string }): string {
  return `selvedge-node-key/1\n${change.organization}\n${change.node}\n${change.replaces}\n${change.publicKey}`;
}

/**
 * The control plane's signed word that another key took a node's place. A node keeps both keys until it has read this: whoever merely
 * holds the control plane's address cannot make it throw away the key by which it is known.
 */
export const nodeKeySchema = z.object({
  schema: z.literal('selvedge.node-key/1'),
  organization: z.string().min(1).max(64),
  node: z.string().min(1).max(64),
  publicKey: publicKeySchema,
  replaces: publicKeySchema,
  at: timeSchema,
});

export type NodeKeyChange = z.infer<typeof nodeKeySchema>;
