import { artefactsOf, type BundleManifest } from '../protocol/index.ts';
import type { ArtefactStore } from './artefact-store.ts';

/** Left free on the disk for the store, the log and the next checkpoint. */
const DISK_RESERVED_BYTES = 64 * 1024 * 1024;
/** Left free in memory, beside the rules of a bundle, for everything else on the machine. */
const MEMORY_RESERVED_BYTES = 64 * 1024 * 1024;
/** A model in memory, as a multiple of its file: its weights as they are read, and as the runtime lays them out. */
const MODEL_MEMORY_FACTOR = 2;

/** The machine has no room now: worth trying again, since nothing is wrong with the bundle. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError';
  readonly reason: 'DiskFull' | 'MemoryFull';

  constructor(reason: NoRoomError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Throws a `NoRoomError` unless so many bytes fit on the disk beside what stays free on it. */
export async function requireDisk(store: ArtefactStore, bytes: number, title: string): Promise<void> {
  if (bytes <= 0) return;
  const free = await store.freeBytes();
  if (free - bytes < DISK_RESERVED_BYTES) throw new NoRoomError('DiskFull', `There is no room on the disk for ${title}: ${bytes} bytes are needed beside the ${DISK_RESERVED_BYTES} that stay free, and ${free} are free.`);
}

/** The same of everything that a bundle still lacks, so that none of it is fetched when not all of it fits. */
export async function requireDiskFor(store: ArtefactStore, manifest: BundleManifest, present: ReadonlySet<string>): Promise<void> {
  let lacking = 0;
  for (const { digest, bytes } of artefactsOf(manifest)) if (!present.has(digest) && !(await store.has(digest, bytes))) lacking += Math.max(0, bytes - (await store.partialBytes(digest)));
  await requireDisk(store, lacking, 'the bundle');
}

/** Throws a `NoRoomError` unless the models of a bundle fit into memory beside what runs: both are there until the switch. */
export function requireMemory(manifest: BundleManifest, availableBytes: number): void {
  const models = new Map(manifest.models.map(({ digest, bytes }) => [digest, bytes]));
  const needed = [...models.values()].reduce((sum, bytes) => sum + bytes * MODEL_MEMORY_FACTOR, MEMORY_RESERVED_BYTES);
  if (availableBytes < needed) throw new NoRoomError('MemoryFull', `There is no room in memory for the bundle beside the one that runs: ${needed} bytes are needed, and ${availableBytes} are available.`);
}
