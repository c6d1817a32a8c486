import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { messageOf } from '../kernel/path-error.ts';
import { type OfflineHeader, offlineHeaderSchema, offlineLimits } from '../protocol/index.ts';
import { Rejection } from './verify.ts';

const CHUNK_BYTES = 256 * 1024;
const LINE_FEED = 0x0a;

/** An offline bundle on a disk that may hold anything: read in pieces, never past what it should hold. */
export class OfflineFile {
  readonly header: OfflineHeader;
  readonly #handle: FileHandle;
  readonly #size: number;
  #position: number;

  private constructor(handle: FileHandle, header: OfflineHeader, size: number, position: number) {
    this.#handle = handle;
    this.header = header;
    this.#size = size;
    this.#position = position;
  }

  /** Opens it and reads its first line. Throws a `Rejection` for what is no offline bundle; a pipe or a device is none, however it begins. */
  static async open(path: string): Promise<OfflineFile> {
    const handle = await openQuietly(path);
    try {
      const { size } = await regular(handle, path);
      const line = await firstLine(handle, size);
      return new OfflineFile(handle, parseHeader(line), size, line.length + 1);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Throws a `Rejection` unless exactly so many bytes follow the first line. */
  requireRest(bytes: number): void {
    const rest = this.#size - this.#position;
    if (rest < bytes) throw new Rejection('WrongSize', `The file ends too soon: ${rest} of ${bytes} bytes of artefacts are in it. Copy it again.`);
    if (rest > bytes) throw new Rejection('WrongSize', `The file holds ${rest - bytes} bytes more than its bundle has artefacts.`);
  }

  skip(bytes: number): void {
    this.#position += bytes;
  }

  /** The next so many bytes. */
  async *take(bytes: number): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0;) {
      const { bytesRead, buffer } = await this.#handle.read(Buffer.allocUnsafe(Math.min(CHUNK_BYTES, left)), 0, Math.min(CHUNK_BYTES, left), this.#position);
      if (bytesRead === 0) throw new Rejection('WrongSize', 'The file became shorter while it was read.');
      this.#position += bytesRead;
      left -= bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** Without waiting for a writer, as opening a pipe would. */
async function openQuietly(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw new Rejection('Unreadable', `The agent cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}

async function regular(handle: FileHandle, path: string): Promise<{ size: number }> {
  const found = await handle.stat();
  if (!found.isFile()) throw new Rejection('Malformed', `${path} is not a file.`);
  return found;
}

/** The first line without its line feed. */
async function firstLine(handle: FileHandle, size: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const most = Math.min(size, offlineLimits.headerBytesMax);
  for (let read = 0; read < most;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(Math.min(CHUNK_BYTES, most - read)), 0, Math.min(CHUNK_BYTES, most - read), read);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    const end = chunk.indexOf(LINE_FEED);
    chunks.push(end < 0 ? chunk : chunk.subarray(0, end));
    if (end >= 0) return Buffer.concat(chunks);
    read += bytesRead;
  }
  throw new Rejection('Malformed', `This is no offline bundle: its first line does not end within ${offlineLimits.headerBytesMax} bytes.`);
}

function parseHeader(line: Buffer): OfflineHeader {
  try {
    return offlineHeaderSchema.parse(JSON.parse(line.toString('utf8')));
  } catch (cause) {
    throw new Rejection('Malformed', 'This is no offline bundle that this version of the agent can read.', { cause });
  }
}
