import { bundleManifestSchema, digestSchema, publicKeySchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { permissionSchema } from '../kernel/wire.ts';

/** A key that signs what nodes run. The private part never leaves the control plane. */
export const signingKeySchema = z.object({
  keyId: z.string(),
  publicKey: publicKeySchema,
  state: z.enum(['Active', 'Retired']),
  createdAt: z.number(),
  retiredAt: z.number().nullable(),
  can: z.object({ retire: permissionSchema }),
});

export const listSigningKeysInput = z.object({});
export const listSigningKeysOutput = z.object({ items: z.array(signingKeySchema), can: z.object({ add: permissionSchema }) });

export const addSigningKeyInput = z.object({});
export const retireSigningKeyInput = z.object({ keyId: z.string().min(1).max(64) });
export const addSigningKeyOutput = z.object({ keyId: z.string(), publicKey: publicKeySchema });
export const retireSigningKeyOutput = z.object({ keyId: z.string() });

export const getBundleInput = z.object({ digest: digestSchema });
export const bundleSchema = z.object({ digest: digestSchema, manifest: bundleManifestSchema, createdAt: z.number(), createdBy: z.string() });

export type SigningKey = z.infer<typeof signingKeySchema>;
export type BundleDetail = z.infer<typeof bundleSchema>;
