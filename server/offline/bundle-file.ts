import { artefactsOf, assignmentSchema, bundleManifestSchema, offlineLimits } from '@selvedge/edge-runtime/protocol';
import type { OfflineHeader } from '@selvedge/edge-runtime/protocol';
import type { Readable } from 'node:stream';
import { openArtefact } from '../artefacts/index.ts';
import { desiredFor } from '../bundles/index.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError } from '../kernel/errors.ts';

/** An offline bundle before it is written: everything of it is there, and its size is known. */
export interface OfflineBundle {
  generation: number;
  digest: string;
  /** Of the artefacts, and of the whole file. */
  artefactBytes: number;
  bytes: number;
  /** The file, piece by piece. */
  pieces(): AsyncGenerator<Uint8Array>;
}

/** What a node was told last, as a file that says it until `validUntil`. Throws `Conflict` when nothing was told, or it is more than a node takes. */
export async function offlineBundle(deps: Deps, node: { id: string; name: string }, validUntil: number): Promise<OfflineBundle> {
  const [desired] = await desiredFor(deps, [node.id], validUntil);
  if (desired === undefined || desired === null) throw new DomainError('Conflict', `${node.name} was told nothing yet: name the deployment that it is to run.`);
  const manifest = bundleManifestSchema.parse(JSON.parse(desired.bundle.payload));
  const header: OfflineHeader = { schema: 'selvedge.offline/1', name: node.name, generation: desired.generation, assignment: desired.assignment, bundle: desired.bundle, keySets: desired.keySets };
  const line = Buffer.from(`${JSON.stringify(header)}\n`);
  const artefacts = artefactsOf(manifest);
  const artefactBytes = artefacts.reduce((sum, { bytes }) => sum + bytes, 0);
  if (artefactBytes > offlineLimits.artefactBytesMax || line.length > offlineLimits.headerBytesMax) throw new DomainError('Conflict', `The bundle has ${artefactBytes} bytes; a node takes ${offlineLimits.artefactBytesMax}.`);
  const readers: (() => Readable)[] = [];
  for (const { digest, bytes, title } of artefacts) {
    const found = await openArtefact(deps, digest);
    if (found?.bytes !== bytes) throw new DomainError('Unavailable', `The artefact of ${title} (${digest}) is not in the store.`);
    readers.push(found.read);
  }
  const { bundle: digest } = assignmentSchema.parse(JSON.parse(desired.assignment.payload));
  return {
    generation: desired.generation,
    digest,
    artefactBytes,
    bytes: line.length + artefactBytes,
    async *pieces() {
      yield line;
      for (const read of readers) yield* read();
    },
  };
}
