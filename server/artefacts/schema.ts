import { digestSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { idSchema, storableString } from '../kernel/wire.ts';

/** The largest artefact that is taken, and the largest piece of one in a request. */
export const artefactLimits = { bytesMax: 2 * 1024 ** 3, chunkBytesMax: 8 * 1024 ** 2, openUploadsMax: 20, uploadLifetimeMs: 24 * 3_600_000 } as const;

/** `POST /api/v1/uploads`. With `sha256` (64 hex digits) the finished upload must have that digest. */
export const createUploadInput = z.object({
  bytes: z.number().int().min(1).max(artefactLimits.bytesMax),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'sha256 is 64 lower-case hex digits')
    .optional(),
  kind: z.literal('model'),
  fileName: storableString.max(255).optional(),
});

/** `offset` is where the next chunk must begin; an upload is complete when it equals `bytes`, and has its digest then. */
export const uploadSchema = z.object({ id: idSchema, offset: z.number().int(), bytes: z.number().int(), digest: digestSchema.nullable(), expiresAt: z.number() });

export type Upload = z.infer<typeof uploadSchema>;
