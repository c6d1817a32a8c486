import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { artefactLimits, uploadSchema } from '../../server/artefacts/schema.ts';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';

/** The SHA-256 of a file, in hex. Throws when it cannot be read. */
export async function digestOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of piecesOf(file)) hash.update(piece);
  return hash.digest('hex');
}

/** Sends a file in pieces; answers the id of the upload, which the control plane has compared with the digest. */
export async function uploadFile(client: ApiClient, file: string, sha256: string): Promise<string> {
  const { size } = await stat(file).catch(() => unreadable(file));
  const { id } = uploadSchema.parse(await client.send('POST', '/uploads', { bytes: size, sha256, kind: 'model', fileName: path.basename(file) }));
  let offset = 0;
  for await (const piece of piecesOf(file)) ({ offset } = uploadSchema.parse(await client.sendBytes(`/uploads/${id}`, piece, { 'upload-offset': String(offset) })));
  return id;
}

/** The bytes of a file in pieces of at most what one request may carry. */
async function* piecesOf(file: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    for await (const piece of createReadStream(file, { highWaterMark: artefactLimits.chunkBytesMax })) yield piece;
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) unreadable(file);
    throw error;
  }
}

function unreadable(file: string): never {
  throw new CliError(exitCodes.usage, `${file} cannot be read.`);
}
