import { writeFile } from 'node:fs/promises';
import type { SignedDesired } from '../activation/verify.ts';
import { artefactsOf, bundleManifestSchema, type Digest, type Envelope, type OfflineHeader } from '../protocol/index.ts';

/** Writes an offline bundle as the control plane does; `content` gives what stands for each artefact. */
export async function writeOfflineFile(path: string, desired: SignedDesired, content: (digest: Digest) => Uint8Array | undefined, keySets: Envelope[] = []): Promise<void> {
  const header: OfflineHeader = { schema: 'selvedge.offline/1', name: 'n1', generation: 1, assignment: desired.assignment, bundle: desired.bundle, keySets };
  const artefacts = artefactsOf(bundleManifestSchema.parse(JSON.parse(desired.bundle.payload))).map(({ digest }) => content(digest) ?? new Uint8Array());
  await writeFile(path, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...artefacts]));
}
