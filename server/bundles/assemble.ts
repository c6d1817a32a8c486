import { createHash } from 'node:crypto';
import { bundleManifestSchema, canonicalJson, settingsSchema } from '@selvedge/edge-runtime/protocol';
import type { BundleManifest, JsonValue, ModelSignature, Settings } from '@selvedge/edge-runtime/protocol';

/** A rule version that goes into a bundle. */
export interface BundledRule {
  name: string;
  version: number;
  digest: string;
  bytes: number;
}

/** A model version, under a reference by which a rule of the bundle calls it. */
export interface BundledModel {
  reference: string;
  model: string;
  version: number;
  digest: string;
  bytes: number;
  signature: ModelSignature;
}

export interface AssembledBundle {
  manifest: BundleManifest;
  /** Canonical JSON of the manifest: what is digested and signed. */
  text: string;
  digest: string;
}

/**
 * The bundle of exactly these parts; `labels` are those that its connectors take of each node. The order in which they are given does not matter: the same parts are the same bytes,
 * and so the same digest. Throws when the protocol does not allow the result, for example two versions of one rule.
 */
export function assembleBundle(organization: string, rules: readonly BundledRule[], models: readonly BundledModel[], settings: Settings, labels: readonly string[] = []): AssembledBundle {
  const byName = rules.map(({ name, version, digest, bytes }) => ({ name, version, digest, bytes })).sort((a, b) => compare(a.name, b.name));
  for (const [index, rule] of byName.entries()) {
    if (byName[index + 1]?.name === rule.name) throw new RangeError(`a bundle holds one version of a rule, and ${rule.name} is in it twice`);
  }
  const distinct = new Map(models.map((model) => [`${model.model}@${model.version}`, model]));
  const manifest = bundleManifestSchema.parse({
    schema: 'selvedge.bundle/1',
    organization,
    rules: byName,
    models: [...distinct.values()]
      .map(({ model, version, digest, bytes, signature }) => ({ name: model, version, digest, bytes, signature }))
      .sort((a, b) => compare(a.name, b.name) || a.version - b.version),
    references: Object.fromEntries(models.map(({ reference, model, version }) => [reference, { model, version }])),
    settings,
    ...(labels.length > 0 && { labels: [...labels].sort(compare) }),
  });
  const text = canonicalJson(manifest);
  return { manifest, text, digest: digestOf(text) };
}

/** What a fleet runs that runs nothing: no rules, no models, the settings as they are when nothing is set. */
export function emptyBundle(organization: string): AssembledBundle {
  return assembleBundle(organization, [], [], settingsSchema.parse({}));
}

/** Digest of a value's canonical JSON. */
export function digestOfValue(value: JsonValue): string {
  return digestOf(canonicalJson(value));
}

export function digestOf(text: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
