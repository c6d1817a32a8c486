import { timeSchema } from '@selvedge/edge-runtime/protocol';

/** A moment of the past, in milliseconds: the answer is what stood then. Kept for 90 days, since the control plane began to record it. */
export const atSchema = timeSchema.optional();
