import { z } from 'zod';
import { type Digest, digestSchema, generationSchema, labelsSchema, labelTextSchema, nameSchema, publicKeySchema, signatureSchema, timeSchema, versionSchema } from './scalars.ts';
import { windowsSchema } from './windows.ts';

/** The types a tensor element or a stream attribute of a model call may have. */
export const tensorTypeSchema = z.enum(['float32', 'float64', 'int32', 'int64', 'bool', 'string']);

/** One named tensor of a model. A dimension of -1 is free; the first dimension is the batch. */
export const tensorSchema = z.object({ name: z.string().min(1).max(256), type: tensorTypeSchema, shape: z.array(z.number().int().min(-1)).max(8) });

/**
 * What a rule may pass to a model and what it gets back. `columns` names the features when one input tensor takes
 * several of them ([batch, n]); without it each input tensor is one argument.
 */
export const modelSignatureSchema = z.object({
  inputs: z.array(tensorSchema).min(1).max(256),
  outputs: z.array(tensorSchema).min(1).max(64),
  columns: z.array(z.string().min(1).max(256)).max(4096).optional(),
});

const connectorsSchema = z.record(z.string().max(64), z.record(z.string().max(64), z.string().max(2048)));
const retentionSecondsSchema = z.number().int().min(1).max(31_536_000);
const storeBytesSchema = z.number().int().min(1_048_576).max(1e12);
const telemetryIntervalSchema = z.number().int().min(250).max(600_000);
/** No message of figures is larger than the least. */
const telemetryBytesSchema = z.number().int().min(65_536).max(1e9);
const checkpointIntervalSchema = z.number().int().min(50).max(600_000);

/** Where a source or sink type finds its other end, and limits that belong to the place and not to the rule. */
export const settingsSchema = z.object({
  /** By connector type, for example `kafka: {brokers: 'localhost:9092'}`; a rule's own annotation options win. `${secret:NAME}` and `${label:NAME}` are filled in on the node. */
  connectors: connectorsSchema.default({}),
  store: z.object({ retentionSeconds: retentionSecondsSchema.default(3600), maxBytes: storeBytesSchema.default(256 * 1_048_576) }).prefault({}),
  telemetryIntervalMs: telemetryIntervalSchema.default(2000),
  checkpointIntervalMs: checkpointIntervalSchema.default(1000),
  /** What a node may send of telemetry in a minute; 8 MiB where nothing is said. Without a default, so that bundles of before keep their digests. */
  telemetryBytesPerMinute: telemetryBytesSchema.optional(),
});

/**
 * What differs on one node. Without defaults of its own: zod fills the defaults of optional members in, and a node's
 * assignment would then silently replace what its fleet has set.
 */
export const settingsOverridesSchema = z.object({
  connectors: connectorsSchema.optional(),
  store: z.object({ retentionSeconds: retentionSecondsSchema.optional(), maxBytes: storeBytesSchema.optional() }).optional(),
  telemetryIntervalMs: telemetryIntervalSchema.optional(),
  checkpointIntervalMs: checkpointIntervalSchema.optional(),
  telemetryBytesPerMinute: telemetryBytesSchema.optional(),
});

/** The settings that hold on a node: its overrides over its fleet's, option by option. */
export function mergeSettings(fleet: Settings, overrides: SettingsOverrides): Settings {
  const telemetryBytesPerMinute = overrides.telemetryBytesPerMinute ?? fleet.telemetryBytesPerMinute;
  const connectors = { ...fleet.connectors };
  for (const [type, options] of Object.entries(overrides.connectors ?? {})) connectors[type] = { ...connectors[type], ...options };
  return {
    connectors,
    store: {
      retentionSeconds: overrides.store?.retentionSeconds ?? fleet.store.retentionSeconds,
      maxBytes: overrides.store?.maxBytes ?? fleet.store.maxBytes,
    },
    telemetryIntervalMs: overrides.telemetryIntervalMs ?? fleet.telemetryIntervalMs,
    checkpointIntervalMs: overrides.checkpointIntervalMs ?? fleet.checkpointIntervalMs,
    ...(telemetryBytesPerMinute === undefined ? {} : { telemetryBytesPerMinute }),
  };
}

export const bundleRuleSchema = z.object({ name: nameSchema, version: versionSchema, digest: digestSchema, bytes: z.number().int().min(1) });
export const bundleModelSchema = z.object({
  name: nameSchema,
  version: versionSchema,
  digest: digestSchema,
  bytes: z.number().int().min(1),
  signature: modelSignatureSchema,
});

/**
 * The manifest of a bundle: exact rule versions, model versions and fleet settings. Its digest is that of its canonical JSON.
 * Rules and models are artefacts of their own, fetched by digest; a rule's artefact is its UTF-8 text, a model's its ONNX file.
 */
export const bundleManifestSchema = z.object({
  schema: z.literal('selvedge.bundle/1'),
  organization: z.string().min(1).max(64),
  rules: z.array(bundleRuleSchema).max(1000),
  models: z.array(bundleModelSchema).max(100),
  /** What each model reference in the rules resolved to when the bundle was made: `pump-anomaly@champion` → version 4. */
  references: z.record(z.string().max(200), z.object({ model: nameSchema, version: versionSchema })),
  settings: settingsSchema,
  /** Labels that connectors take of each node; not there when they take none. */
  labels: z.array(labelTextSchema).min(1).max(64).optional(),
});

/**
 * What one node is told to run. Signed, so that a bundle cannot be replayed to another node (`node`), or an older
 * state be passed off as new (`generation` only grows, I1). `settings` holds what differs on this node alone.
 */
export const assignmentSchema = z.object({
  schema: z.literal('selvedge.assignment/1'),
  organization: z.string().min(1).max(64),
  node: z.string().min(1).max(64),
  generation: generationSchema,
  bundle: digestSchema,
  settings: settingsOverridesSchema.default({}),
  /** The node's labels that its bundle asks for, as they were when it was told. */
  labels: labelsSchema.optional(),
  issuedAt: timeSchema,
  /** Within which windows, by its own clock, the node may fetch it and switch to it; whenever it likes without them. An agent before 0.2.0 does not know this. */
  schedule: z.object({ download: windowsSchema, activate: windowsSchema }).optional(),
  /** A node takes nothing on by it after this time: what was recorded and is played back later says nothing new. */
  validUntil: timeSchema.optional(),
});

/** Canonical JSON as text, with Ed25519 signatures over its UTF-8 bytes. */
export const envelopeSchema = z.object({
  payload: z.string().min(2).max(4 * 1_048_576),
  signatures: z.array(z.object({ keyId: z.string().min(1).max(64), signature: signatureSchema })).min(1).max(8),
});

/** A key that may sign what nodes are told. `holder` names the person who keeps it: it signs bundles and key sets, beside the control plane's own keys, and nothing else. */
export const trustedKeySchema = z.object({ keyId: z.string().min(1).max(64), publicKey: publicKeySchema, holder: z.string().min(1).max(64).optional() });

/** How many must have signed a bundle: the control plane, as one whichever of its keys sign, and that many less one of the people who hold keys. */
export const thresholdSchema = z.number().int().min(1).max(3);

/**
 * Which keys sign from this version on. It is signed by its own keys and by those of the version before, so that a node which
 * trusts any earlier version can go from one to the next; the keys of a first welcome are version 1 unless it names a later one.
 */
export const keySetSchema = z.object({
  schema: z.literal('selvedge.keys/1'),
  organization: z.string().min(1).max(64),
  version: z.number().int().min(2),
  keys: z.array(trustedKeySchema).min(1).max(16),
  /** How many must sign bundles, and the next key set, from this version on; 1 unless it is said. An older agent does not know this. */
  threshold: thresholdSchema.optional(),
  issuedAt: timeSchema,
});

/** All key sets of an organization, or the newest of them, oldest first. */
export const keySetsSchema = z.array(envelopeSchema).max(64);

/** What of a bundle is fetched by digest: each once, however many rules or models share it. */
export function artefactsOf(manifest: BundleManifest): { digest: Digest; bytes: number; title: string }[] {
  const artefacts = new Map<Digest, { digest: Digest; bytes: number; title: string }>();
  for (const { digest, bytes, name, version } of [...manifest.rules, ...manifest.models]) artefacts.set(digest, { digest, bytes, title: `${name} version ${version}` });
  return [...artefacts.values()];
}

export type TrustedKey = z.infer<typeof trustedKeySchema>;
export type KeySet = z.infer<typeof keySetSchema>;
export type ModelSignature = z.infer<typeof modelSignatureSchema>;
export type Settings = z.infer<typeof settingsSchema>;
export type SettingsOverrides = z.infer<typeof settingsOverridesSchema>;
export type BundleManifest = z.infer<typeof bundleManifestSchema>;
export type Assignment = z.infer<typeof assignmentSchema>;
export type Envelope = z.infer<typeof envelopeSchema>;
