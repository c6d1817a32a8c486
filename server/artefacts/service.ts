import type { Readable } from 'node:stream';
import type { Digest } from '@selvedge/edge-runtime/protocol';
import { digestSchema } from '@selvedge/edge-runtime/protocol';
import type { z } from 'zod';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { FolderStore } from './folder-store.ts';
import { countOpenUploads, deleteExpiredUploads, deleteUpload, existingUploads, findUpload, insertUpload, lockUpload, writeUploadProgress } from './repository.ts';
import type { UploadRow } from './repository.ts';
import { artefactLimits } from './schema.ts';
import type { createUploadInput, Upload } from './schema.ts';

type StoreDeps = Pick<Deps, 'stateFolder'>;
type UploadDeps = Pick<Deps, 'stateFolder' | 'db' | 'clock' | 'ids'>;

/** Keeps bytes under their digest. Nobody may read them before an organization claims them. */
export async function storeArtefact(deps: StoreDeps, bytes: Uint8Array): Promise<{ digest: Digest }> {
  return { digest: await new FolderStore(deps.stateFolder).put(bytes) };
}

/** Where an artefact's file lies, for what reads files by themselves. */
export function artefactPath(deps: StoreDeps, digest: string): string {
  return new FolderStore(deps.stateFolder).path(digest);
}

/** An artefact's size, and its bytes as a stream; null when it is not there. */
export async function openArtefact(deps: StoreDeps, digest: string): Promise<{ bytes: number; read: () => Readable } | null> {
  const store = new FolderStore(deps.stateFolder);
  const bytes = await store.size(digest);
  return bytes === null ? null : { bytes, read: () => store.read(digest, 0, Math.max(0, bytes - 1)) };
}

/** Opens a place for an upload, in pieces of at most 8 MiB, within a day. */
export async function createUpload(deps: UploadDeps, actor: Actor, input: z.infer<typeof createUploadInput>): Promise<Upload> {
  const now = deps.clock.now();
  if ((await countOpenUploads(deps.db, actor.organizationId, new Date(now))) >= artefactLimits.openUploadsMax) {
    throw new DomainError('LimitReached', `An organization has at most ${artefactLimits.openUploadsMax} uploads under way; cancel one, or publish what is complete.`);
  }
  const { organizationId, name: createdBy } = actor;
  return toUpload(
    await insertUpload(deps.db, {
      id: deps.ids.next(),
      organizationId,
      kind: input.kind,
      fileName: input.fileName ?? null,
      bytes: BigInt(input.bytes),
      sha256: input.sha256 ?? null,
      createdBy,
      createdAt: new Date(now),
      expiresAt: new Date(now + artefactLimits.uploadLifetimeMs),
    }),
  );
}

export async function readUpload(deps: UploadDeps, actor: Actor, id: string): Promise<Upload> {
  return toUpload(await requireUpload(deps, actor.organizationId, id));
}

/**
 * Takes the chunk that begins at `offset`; of two requests with the same chunk the second is told where the upload stands. When
 * the last byte is there the content is digested and, if another digest was promised, dropped: the upload stands at 0 again.
 */
export async function appendToUpload(deps: UploadDeps, actor: Actor, id: string, offset: number, chunk: Uint8Array): Promise<Upload> {
  const store = new FolderStore(deps.stateFolder);
  const { upload, refusal } = await deps.db.$transaction(async (tx) => {
    const row = await lockUpload(tx, actor.organizationId, id);
    if (row === null || row.expiresAt.getTime() <= deps.clock.now()) throw notFound('upload', id);
    const [received, expected] = [Number(row.received), Number(row.bytes)];
    if (row.digest !== null) throw new DomainError('Conflict', 'The upload is complete.', { details: { offset: expected } });
    if (offset !== received) throw new DomainError('Conflict', `The upload stands at byte ${received}, not ${offset}.`, { details: { offset: received } });
    if (received + chunk.length > expected) throw new DomainError('TooLarge', `The upload was opened for ${expected} bytes, and more came.`, { details: { offset: received } });
    const end = await store.append(id, received, chunk);
    const finished = end === expected ? await finish(store, row) : { digest: null, end, refusal: null };
    await writeUploadProgress(tx, id, finished.end, finished.digest);
    return { upload: toUpload({ ...row, received: BigInt(finished.end), digest: finished.digest }), refusal: finished.refusal };
  });
  if (refusal !== null) throw refusal;
  return upload;
}

async function finish(store: FolderStore, row: UploadRow): Promise<{ digest: Digest | null; end: number; refusal: DomainError | null }> {
  const digest = await store.digest(row.id);
  if (row.sha256 === null || digest === `sha256:${row.sha256}`) {
    await store.keep(row.id, digest);
    return { digest, end: Number(row.bytes), refusal: null };
  }
  await store.drop(row.id);
  const refusal = new DomainError('InvalidInput', 'What arrived is not the content that was promised: its SHA-256 is another. Send it again from the beginning.', { details: { digest, offset: 0 } });
  return { digest: null, end: 0, refusal };
}

export async function cancelUpload(deps: UploadDeps, actor: Actor, id: string): Promise<void> {
  await requireUpload(deps, actor.organizationId, id);
  await deleteUpload(deps.db, id);
  await new FolderStore(deps.stateFolder).drop(id);
}

/** A finished upload and the file that holds it. */
export async function completedUpload(deps: UploadDeps, organizationId: string, id: string, kind: string): Promise<{ path: string; digest: Digest }> {
  const row = await requireUpload(deps, organizationId, id);
  if (row.kind !== kind) throw notFound(`upload of a ${kind}`, id);
  if (row.digest === null) throw new DomainError('Conflict', `The upload is not complete: ${row.received} of ${row.bytes} bytes are here.`, { details: { offset: Number(row.received) } });
  const digest = digestSchema.parse(row.digest);
  return { digest, path: artefactPath(deps, digest) };
}

async function requireUpload(deps: UploadDeps, organizationId: string, id: string): Promise<UploadRow> {
  const row = await findUpload(deps.db, organizationId, id);
  if (row === null || row.expiresAt.getTime() <= deps.clock.now()) throw notFound('upload', id);
  return row;
}

function toUpload(row: UploadRow): Upload {
  return { id: row.id, offset: Number(row.received), bytes: Number(row.bytes), digest: row.digest === null ? null : digestSchema.parse(row.digest), expiresAt: row.expiresAt.getTime() };
}

/** Drops uploads that nobody finished within a day, and files that belong to none. Returns how many. */
export async function removeExpiredUploads(deps: UploadDeps): Promise<number> {
  const store = new FolderStore(deps.stateFolder);
  const expired = await deleteExpiredUploads(deps.db, new Date(deps.clock.now()));
  const files = (await store.uploads()).filter((id) => !id.startsWith('put-'));
  const known = await existingUploads(deps.db, files);
  const orphans = files.filter((id) => !known.has(id));
  for (const id of orphans) await store.drop(id);
  return new Set([...expired, ...orphans]).size;
}
