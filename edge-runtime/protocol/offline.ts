import { z } from 'zod';
import { envelopeSchema, keySetsSchema } from './bundle.ts';
import { reportSchema } from './messages.ts';
import { generationSchema, nameSchema, signatureSchema, timeSchema } from './scalars.ts';

/** What both ends keep to when a bundle goes to a node in a file, and word of it comes back in one. */
export const offlineLimits = { headerBytesMax: 12 * 1_048_576, artefactBytesMax: 4 * 1024 ** 3, receiptBytesMax: 1_048_576, validDaysMax: 90 } as const;

/**
 * The first line of an offline bundle: what the link would have said. After its line feed come the artefacts of the manifest, each once,
 * in the order in which rules and models first name them, nothing between them and nothing after. The line itself is not signed and need
 * not be: what it holds is, and the artefacts are known by their digests.
 */
export const offlineHeaderSchema = z.object({
  schema: z.literal('selvedge.offline/1'),
  /** For people: which node it is for, and which generation. The assignment says it for the node. */
  name: nameSchema,
  generation: generationSchema,
  assignment: envelopeSchema,
  bundle: envelopeSchema,
  keySets: keySetsSchema,
});

/** What a node says of itself in a file, as it would have over the link. */
export const receiptSchema = z.object({
  schema: z.literal('selvedge.receipt/1'),
  organization: z.string().min(1).max(64),
  node: z.string().min(1).max(64),
  /** Of the receipts that this node wrote, from 1: an older one says nothing new, and none counts twice. */
  number: z.number().int().min(1),
  at: timeSchema,
  agentVersion: z.string().max(32),
  /** The highest number that a record of the node had: one that delivered a later record has reported since. */
  recordsThrough: z.number().int().min(0),
  report: reportSchema,
});

/** Canonical JSON as text, and the node's signature over `receiptText` of it. */
export const signedReceiptSchema = z.object({ payload: z.string().min(2).max(offlineLimits.receiptBytesMax), signature: signatureSchema });

/** What is signed: no signature over anything else of the node's is one over a receipt. */
export function receiptText(payload: string): string {
  return `selvedge-receipt/1\n${payload}`;
}

export type OfflineHeader = z.infer<typeof offlineHeaderSchema>;
export type Receipt = z.infer<typeof receiptSchema>;
export type SignedReceipt = z.infer<typeof signedReceiptSchema>;
