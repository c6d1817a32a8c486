import { timeSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { pageInput, pageOf } from '../kernel/wire.ts';

export const auditOutcomeSchema = z.enum(['done', 'refused']);

export const auditEntrySchema = z.object({
  sequence: z.number().int(),
  at: z.number(),
  actor: z.object({ kind: z.enum(['user', 'token', 'repository', 'node', 'system']), id: z.string(), name: z.string() }),
  /** `noun.verb`. */
  action: z.string(),
  object: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
  outcome: auditOutcomeSchema,
  reason: z.string().nullable(),
  before: z.json(),
  after: z.json(),
  requestId: z.string(),
  hash: z.string(),
});

export const listAuditInput = pageInput.extend({
  /** Part of the actor's name, or its identity. */
  actor: z.string().max(128).optional(),
  /** What the action begins with: `fleet` finds `fleet.create`, and refused calls of `fleets`. */
  action: z.string().max(64).optional(),
  /** Part of the object's name, its kind or its identity. */
  object: z.string().max(128).optional(),
  outcome: auditOutcomeSchema.optional(),
  from: timeSchema.optional(),
  to: timeSchema.optional(),
});
export const listAuditOutput = pageOf(auditEntrySchema);

export const verifyAuditOutput = z.object({
  ok: z.boolean(),
  entries: z.number().int(),
  /** The first sequence that is missing, moved or altered. */
  brokenAt: z.number().int().optional(),
});

export type AuditEntry = z.infer<typeof auditEntrySchema>;
