import { type BundleManifest, bundleManifestSchema, canonicalJson, type Digest, settingsSchema } from '@selvedge/edge-runtime/protocol';
import { digestOf } from '../../edge-runtime/activation/verify.ts';

/** What is wrong with a bundle on the nodes that it does not suit. */
export type Fault = 'none' | 'build' | 'start' | 'crash';

/** A bundle and what its artefacts hold. The first rule says which nodes it does not suit, and how. */
export interface Release {
  readonly name: string;
  readonly digest: Digest;
  readonly manifest: BundleManifest;
  readonly contents: ReadonlyMap<Digest, Buffer>;
  faultOn(node: string): Fault;
}

/** One with as many rules, each of so many bytes about. `spoilt` are the nodes that it does not suit. */
export function aRelease(organization: string, name: string, { rules, bytes, fault, spoilt }: { rules: number; bytes: number; fault: Fault; spoilt: readonly string[] }): Release {
  const contents = new Map<Digest, Buffer>();
  const listed = Array.from({ length: rules }, (_, index) => {
    // Half of the rules are those of every release: what is there already is not fetched again.
    const content = Buffer.from(`${index % 2 === 1 ? 'shared' : name} ${index} ${'x'.repeat(bytes)}`);
    contents.set(digestOf(content), content);
    return { name: `rule-${index}`, version: 1, digest: digestOf(content), bytes: content.length };
  });
  const manifest = bundleManifestSchema.parse({ schema: 'selvedge.bundle/1', organization, rules: listed, models: [], references: {}, settings: settingsSchema.parse({}) });
  return { name, digest: digestOf(canonicalJson(manifest)), manifest, contents, faultOn: (node) => (spoilt.includes(node) ? fault : 'none') };
}
