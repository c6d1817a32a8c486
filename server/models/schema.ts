import { digestSchema, modelSignatureSchema, nameSchema, versionSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { idSchema, pageInput, pageOf, permissionSchema } from '../kernel/wire.ts';

/** What is taken of a model file, and of values typed in to try it. */
export const modelLimits = { bytesMax: 512 * 1024 ** 2, versionsMax: 10_000, aliasesMax: 32, tryValuesMax: 65_536, tryRowsMax: 1000, tryTimeoutMs: 10_000 } as const;

/** A movable name such as `champion`: never all digits, so that `pump@4` is always a version. */
export const aliasSchema = z.string().regex(/^(?=.*[a-z])[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'an alias has 1 to 32 of a-z 0-9 -, with a letter in it');

export const modelVersionNumberSchema = versionSchema;

/** SiddhiQL's attribute types, for what a rule passes to a model and gets back. */
export const attributeTypeSchema = z.enum(['int', 'long', 'float', 'double', 'bool', 'string', 'object']);
const typedNameSchema = z.object({ name: z.string(), type: attributeTypeSchema });

/** A signature as a rule sees it: arguments in order, and the attributes that are added to the stream. */
export const callSignatureSchema = z.object({ inputs: z.array(typedNameSchema), outputs: z.array(typedNameSchema) });

/** What is inside an ONNX file, read in a worker before anything is published. */
export const inspectionSchema = z.object({
  digest: digestSchema,
  bytes: z.number().int(),
  signature: modelSignatureSchema,
  call: callSignatureSchema,
  opset: z.number().int().nullable(),
  producer: z.string().nullable(),
  /** How long one prediction took on this machine, milliseconds. */
  selfTestMs: z.number(),
  /** What works but deserves a look, one sentence each. */
  warnings: z.array(z.string()),
});

export const columnsSchema = z.array(z.string().min(1).max(256)).max(4096);

export const modelVersionSchema = z.object({
  version: modelVersionNumberSchema,
  digest: digestSchema,
  bytes: z.number().int(),
  signature: modelSignatureSchema,
  call: callSignatureSchema,
  opset: z.number().int().nullable(),
  producer: z.string().nullable(),
  publishedBy: z.string(),
  publishedAt: z.number(),
  selfTestMs: z.number(),
  warnings: z.array(z.string()),
  note: z.string(),
  aliases: z.array(z.string()),
});

/** What an alias pointed to, and who moved it when. The first entry is the newest; null is a removal. */
export const aliasMoveSchema = z.object({ version: modelVersionNumberSchema.nullable(), at: z.number(), by: z.string() });
export const modelAliasSchema = z.object({ name: z.string(), version: modelVersionNumberSchema, since: z.number(), history: z.array(aliasMoveSchema) });

/** A version and where its nodes are: `nodes` is how many of the fleet report it (I9), not how many were told. */
export const deployedModelSchema = z.object({ fleet: z.object({ id: idSchema, name: z.string() }), version: modelVersionNumberSchema, nodes: z.number().int() });

export const modelItemSchema = z.object({
  id: idSchema,
  name: z.string(),
  latest: z.object({ version: modelVersionNumberSchema, publishedAt: z.number(), by: z.string(), bytes: z.number().int() }),
  versions: z.number().int(),
  aliases: z.array(z.object({ name: z.string(), version: modelVersionNumberSchema })),
  deployed: z.array(deployedModelSchema),
});

export const listModelsInput = pageInput.extend({ query: z.string().max(128).optional(), sort: z.enum(['name', '-name', 'publishedAt', '-publishedAt']).default('name') });
export const listModelsOutput = pageOf(modelItemSchema);

export const getModelInput = z.object({ name: nameSchema });
export const modelSchema = z.object({
  id: idSchema,
  name: z.string(),
  createdAt: z.number(),
  /** Newest first; at most 200, `versionsTotal` says how many there are. */
  versions: z.array(modelVersionSchema),
  versionsTotal: z.number().int(),
  aliases: z.array(modelAliasSchema),
  /** Published rule versions that name this model: the newest of each rule that does. */
  usedBy: z.array(z.object({ rule: z.string(), version: z.number().int(), reference: z.string() })),
  deployed: z.array(deployedModelSchema),
  can: z.object({ publish: permissionSchema, setAlias: permissionSchema, tryOut: permissionSchema }),
});

/** `upload` is the id of a complete upload of kind `model`; it stays until its own expiry, whatever the answer. */
export const inspectUploadInput = z.object({ upload: idSchema, columns: columnsSchema.optional() });
export const publishModelInput = z.object({
  name: nameSchema,
  upload: idSchema,
  /** Names of the features, when one input tensor takes several of them. */
  columns: columnsSchema.optional(),
  note: z.string().trim().max(1000).default(''),
});
export const publishModelOutput = z.object({ id: idSchema, name: z.string(), version: modelVersionNumberSchema, digest: digestSchema });

export const setAliasInput = z.object({ name: nameSchema, alias: aliasSchema, version: modelVersionNumberSchema });
export const setAliasOutput = z.object({ name: z.string(), alias: z.string(), version: modelVersionNumberSchema, previous: modelVersionNumberSchema.nullable() });
export const removeAliasInput = z.object({ name: nameSchema, alias: aliasSchema });
export const removeAliasOutput = z.object({ name: z.string(), alias: z.string(), previous: modelVersionNumberSchema });

const valueSchema = z.union([z.number(), z.boolean(), z.string().max(16_384)]);

/** Values by argument name as in `call.inputs`, one value a row; every argument has the same number of rows. */
export const tryOutInput = z
  .object({
    name: nameSchema,
    version: modelVersionNumberSchema.optional(),
    alias: aliasSchema.optional(),
    inputs: z.record(z.string().min(1).max(256), z.array(valueSchema).min(1).max(modelLimits.tryRowsMax)),
  })
  .refine((input) => (input.version === undefined) !== (input.alias === undefined), 'name a version or an alias, not both');
export const tryOutOutput = z.object({
  version: modelVersionNumberSchema,
  rows: z.number().int(),
  /** By name as in `call.outputs`. A 64-bit integer beyond 2^53 is text; NaN and the infinities are `"NaN"`, `"Infinity"`, `"-Infinity"`. */
  outputs: z.record(z.string(), z.array(z.union([valueSchema, z.null()]))),
  /** How long the prediction took, milliseconds, without loading. */
  ms: z.number(),
});

export const modelSignaturesInput = z.object({ query: z.string().max(128).optional() });
/** Every reference that a rule may write: `name@alias` for each alias, `name@version` for the newest 20 of each model. */
export const modelSignaturesOutput = z.array(callSignatureSchema.extend({ reference: z.string(), model: z.string(), version: modelVersionNumberSchema }));

export type Inspection = z.infer<typeof inspectionSchema>;
export type ModelItem = z.infer<typeof modelItemSchema>;
export type ModelDetail = z.infer<typeof modelSchema>;
export type ModelVersion = z.infer<typeof modelVersionSchema>;
export type CallSignature = z.infer<typeof callSignatureSchema>;
export type ModelReference = z.infer<typeof modelSignaturesOutput>[number];
