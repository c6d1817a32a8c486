import { z } from 'zod';
import { idSchema, permissionSchema, storableString } from '../../kernel/wire.ts';

const reasonSchema = storableString.trim().min(10, 'Say in a sentence why: it is told to everybody who administers, and kept.').max(500);

/** What every break-glass code begins with. */
export const breakGlassPrefix = 'slvbg_';

/** Body of `POST /api/auth/break-glass`: whoever has the code, under the name they give, for the reason they give. */
export const useBreakGlassInput = z.object({
  code: z.string().trim().regex(/^slvbg_[A-Za-z0-9_-]{43}$/, 'The code is not complete.'),
  name: storableString.trim().min(1, 'A name is needed.').max(100),
  reason: reasonSchema,
});

export const breakGlassCodeSchema = z.object({
  id: idSchema,
  /** Where it is kept, and for whom. */
  label: z.string(),
  state: z.enum(['Sealed', 'InUse', 'Used', 'Expired', 'Revoked']),
  createdBy: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
  used: z.object({ at: z.number(), by: z.string(), reason: z.string(), until: z.number(), address: z.string().nullable() }).nullable(),
  can: z.object({ revoke: permissionSchema }),
});
export const listBreakGlassOutput = z.object({ items: z.array(breakGlassCodeSchema), can: z.object({ create: permissionSchema }) });
export const createBreakGlassInput = z.object({ label: storableString.trim().min(1, 'Say where it is kept.').max(100) });
/** `code` is shown once: only its digest is kept. */
export const createBreakGlassOutput = z.object({ id: idSchema, code: z.string(), expiresAt: z.number() });

export type BreakGlassCode = z.infer<typeof breakGlassCodeSchema>;
