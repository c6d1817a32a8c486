import { factsSchema, labelsSchema, timeSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { idSchema, pageInput, pageOf, permissionSchema } from '../kernel/wire.ts';

export const requestStateSchema = z.enum(['Pending', 'Approved', 'Denied']);

/** A node that asks to join, and what would happen if it were let in. */
export const enrollmentRequestSchema = z.object({
  id: idSchema,
  name: z.string(),
  /** Compare with the one the node prints. */
  fingerprint: z.string(),
  agentVersion: z.string(),
  facts: factsSchema,
  labels: labelsSchema,
  requestedAt: z.number(),
  state: requestStateSchema,
  decided: z.object({ at: z.number(), by: z.string(), reason: z.string().nullable() }).nullable(),
  /** It still holds its connection open and would be welcomed at once. */
  waiting: z.boolean(),
  /** `because` is the selector that matches; two fleets mean that the node gets none of them until the overlap is mended. */
  claimedBy: z.object({ fleets: z.array(z.object({ id: idSchema, name: z.string(), because: z.string() })), multiple: z.boolean() }),
  node: idSchema.nullable(),
  can: z.object({ approve: permissionSchema, deny: permissionSchema }),
});

export const listRequestsInput = pageInput.extend({ state: requestStateSchema.optional() });
export const listRequestsOutput = pageOf(enrollmentRequestSchema);
export const approveRequestInput = z.object({ id: idSchema, labels: labelsSchema.optional() });
export const approveRequestOutput = z.object({ id: idSchema, node: idSchema });
export const denyRequestInput = z.object({ id: idSchema, reason: z.string().trim().max(512).optional() });
export const denyRequestOutput = z.object({ id: idSchema });

/** A token lets nodes in without a person. Its text is shown once, and only its hash is kept. */
export const enrollmentTokenSchema = z.object({
  id: idSchema,
  label: z.string(),
  labels: labelsSchema,
  /** The node that it lets in again under another key, and no other. */
  node: z.object({ id: idSchema, name: z.string() }).nullable(),
  createdAt: z.number(),
  createdBy: z.string(),
  expiresAt: z.number(),
  uses: z.object({ left: z.number().int(), total: z.number().int() }),
  state: z.enum(['Active', 'Expired', 'UsedUp', 'Revoked']),
  can: z.object({ revoke: permissionSchema }),
});

export const listTokensInput = pageInput;
export const listTokensOutput = pageOf(enrollmentTokenSchema);
export const createTokenInput = z.object({
  label: z.string().trim().min(1).max(64),
  labels: labelsSchema.default({}),
  /** At most a year ahead. */
  expiresAt: timeSchema,
  uses: z.number().int().min(1).max(10_000).default(1),
});
/** `command` starts an agent that joins with the token, as it is typed in a shell. */
export const createTokenOutput = z.object({ id: idSchema, token: z.string(), command: z.string() });
export const revokeTokenInput = z.object({ id: idSchema });
export const revokeTokenOutput = z.object({ id: idSchema });

export type EnrollmentRequest = z.infer<typeof enrollmentRequestSchema>;
export type EnrollmentToken = z.infer<typeof enrollmentTokenSchema>;
