import { artefactsOf } from '../protocol/index.ts';
import type { Activator } from './activator.ts';
import type { ArtefactStore } from './artefact-store.ts';
import { OfflineFile } from './offline-file.ts';
import { NoRoomError, requireDiskFor } from './room.ts';
import { Rejection, type VerifiedDesired } from './verify.ts';

export interface OfflineBundleDependencies {
  readonly activator: Activator;
  readonly store: ArtefactStore;
  /** Takes newer signing keys, if those the node trusts signed them. */
  readonly followKeys: (keySets: OfflineFile['header']['keySets']) => Promise<void>;
}

/**
 * Takes on what a file says as if the link had said it: signatures, node, organization, generation, validity and every digest are
 * proven before the node changes what it is to run (I1, I3). Throws a `Rejection`, or a `NoRoomError` when the disk has no room; then
 * nothing has changed but for artefacts that are removed with the next bundle.
 */
export async function applyOfflineBundle({ activator, store, followKeys }: OfflineBundleDependencies, path: string): Promise<VerifiedDesired> {
  const file = await OfflineFile.open(path);
  try {
    await followKeys(file.header.keySets);
    const { desired, release } = activator.acceptance.examine({ assignment: file.header.assignment, bundle: file.header.bundle });
    try {
      await importArtefacts(store, file, desired);
      await activator.acceptance.take(desired);
      // Known or new, it need not wait for a link; and who applies again what failed wants it tried again.
      await activator.retry(desired.generation);
      return desired;
    } finally {
      release();
    }
  } finally {
    await file.close();
  }
}

async function importArtefacts(store: ArtefactStore, file: OfflineFile, desired: VerifiedDesired): Promise<void> {
  const artefacts = artefactsOf(desired.manifest);
  file.requireRest(artefacts.reduce((sum, { bytes }) => sum + bytes, 0));
  const missing = new Set<string>();
  for (const { digest, bytes } of artefacts) if (!(await store.intact(digest, bytes))) missing.add(digest);
  await requireDiskFor(store, desired.manifest, new Set());
  for (const { digest, bytes, title } of artefacts) {
    if (!missing.has(digest)) {
      file.skip(bytes);
      continue;
    }
    await store.dropPartial(digest);
    try {
      await store.append(digest, bytes, file.take(bytes), () => undefined);
    } catch (cause) {
      await store.dropPartial(digest);
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC') throw new NoRoomError('DiskFull', `The node’s disk is full: there is no room for ${title}.`, { cause });
      throw cause;
    }
    if (!(await store.seal(digest, bytes))) throw new Rejection('DigestMismatch', `What the file holds as ${title} is not the content with digest ${digest}.`);
  }
}
