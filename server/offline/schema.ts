import { digestSchema, offlineLimits, signedReceiptSchema, syncStatusSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { idSchema } from '../kernel/wire.ts';

/** Days in which a node may take on what a file holds. */
export const validDaysSchema = z.coerce.number().int().min(1).max(offlineLimits.validDaysMax).default(14);

export const prepareBundleInput = z.object({
  id: idSchema,
  /** Tells the node what this deployment brings, if it was not told; without it the file holds what the node was told last. */
  deployment: idSchema.optional(),
});
export const preparedBundleOutput = z.object({
  id: idSchema,
  name: z.string(),
  generation: z.number().int(),
  bundle: digestSchema,
  /** Of the artefacts. */
  bytes: z.number().int(),
});

export const importReceiptInput = signedReceiptSchema;
export const importedReceiptOutput = z.object({
  id: idSchema,
  name: z.string(),
  number: z.number().int(),
  generation: z.number().int(),
  sync: syncStatusSchema,
  message: z.string(),
  /** When it was written, by the clock of the node. */
  at: z.number(),
});

export type PrepareBundleInput = z.infer<typeof prepareBundleInput>;
export type PreparedBundle = z.infer<typeof preparedBundleOutput>;
export type ImportReceiptInput = z.infer<typeof importReceiptInput>;
export type ImportedReceipt = z.infer<typeof importedReceiptOutput>;
