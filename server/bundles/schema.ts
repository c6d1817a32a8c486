import { bundleManifestSchema, digestSchema, publicKeySchema, signatureSchema, thresholdSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { permissionSchema } from '../kernel/wire.ts';

/** Who has signed a text beside the control plane, of those who hold keys, and how many have to yet. */
export const signatureStandingSchema = z.object({
  needed: z.number().int(),
  missing: z.number().int(),
  signers: z.array(z.object({ keyId: z.string(), holder: z.string(), at: z.number().nullable(), by: z.string().nullable() })),
});

/** A key that signs what nodes run: the control plane's own, whose private part never leaves it, or one that a person holds. */
export const signingKeySchema = z.object({
  keyId: z.string(),
  publicKey: publicKeySchema,
  holder: z.string().nullable(),
  /** `Proposed` waits for signatures with the change that brings it. */
  state: z.enum(['Proposed', 'Active', 'Retired']),
  createdAt: z.number(),
  retiredAt: z.number().nullable(),
  can: z.object({ retire: permissionSchema }),
});

export const listSigningKeysInput = z.object({});
export const listSigningKeysOutput = z.object({
  items: z.array(signingKeySchema),
  /** How many have to sign a bundle before nodes take it on, the control plane counting as one. */
  threshold: z.number().int(),
  /** Whether a change of the keys waits for signatures: see the signing requests. */
  changeWaits: z.boolean(),
  can: z.object({ add: permissionSchema }),
});

/** `waits`: the change is made when those who hold keys have signed it. */
export const keyChangeOutcomeSchema = z.enum(['done', 'waits']);
export const addHeldKeyInput = z.object({ holder: z.string().trim().min(1).max(64), publicKey: publicKeySchema });
export const addHeldKeyOutput = z.object({ keyId: z.string(), outcome: keyChangeOutcomeSchema });
export const setThresholdInput = z.object({ threshold: thresholdSchema });
export const setThresholdOutput = z.object({ threshold: z.number().int(), outcome: keyChangeOutcomeSchema });
export const withdrawChangeInput = z.object({});
export const withdrawChangeOutput = z.object({ withdrawn: z.literal(true) });

/** A text that waits for signatures: a bundle that nodes are to run, or a change of the keys. `payload` is exactly what is signed, as UTF-8. */
export const signingRequestSchema = z.object({
  digest: digestSchema,
  kind: z.enum(['bundle', 'keySet']),
  /** What it is, in a line. */
  title: z.string(),
  deployment: z.string().nullable(),
  /** What it says, a line each, for who is to sign it. */
  says: z.array(z.string()),
  standing: signatureStandingSchema,
});
export const listSigningRequestsInput = z.object({});
export const listSigningRequestsOutput = z.object({ items: z.array(signingRequestSchema) });
export const getSigningRequestInput = z.object({ digest: digestSchema });
export const signingRequestDetailSchema = signingRequestSchema.extend({ payload: z.string() });
export const addSignatureInput = z.object({ digest: digestSchema, signature: signatureSchema });
/** `complete`: no signature is missing any more. */
export const addSignatureOutput = z.object({ digest: digestSchema, kind: z.enum(['bundle', 'keySet']), holder: z.string(), complete: z.boolean() });

export const addSigningKeyInput = z.object({});
export const retireSigningKeyInput = z.object({ keyId: z.string().min(1).max(64) });
export const addSigningKeyOutput = z.object({ keyId: z.string(), publicKey: publicKeySchema });
export const retireSigningKeyOutput = z.object({ keyId: z.string(), outcome: keyChangeOutcomeSchema });

export const getBundleInput = z.object({ digest: digestSchema });
export const bundleSchema = z.object({ digest: digestSchema, manifest: bundleManifestSchema, createdAt: z.number(), createdBy: z.string() });

export type SigningKey = z.infer<typeof signingKeySchema>;
export type SignatureStanding = z.infer<typeof signatureStandingSchema>;
export type SigningRequest = z.infer<typeof signingRequestSchema>;
export type AddedSignature = z.infer<typeof addSignatureOutput>;
export type BundleDetail = z.infer<typeof bundleSchema>;
