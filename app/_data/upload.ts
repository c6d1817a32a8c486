import { uploadSchema } from '../../server/artefacts/schema.ts';
import { apiHeaders } from './headers.ts';

const chunkBytes = 4 * 1024 ** 2;
/** Tries of one chunk before the upload gives up; between them it waits longer each time. */
const triesMax = 5;

/** An upload that the control plane refused, in its words. */
export class UploadRefused extends Error {
  override readonly name = 'UploadRefused';
}

export interface UploadProgress {
  sent: number;
  total: number;
}

/**
 * Sends a file in pieces and returns the id of the finished upload. A piece that is lost on the way is sent again from
 * where the other side says it is, so a short cut of the network costs seconds and not the whole file. Aborting the signal
 * cancels the upload on the other side too. Throws UploadRefused with the reason, or the last network error.
 */
export async function uploadFile(file: File, onProgress: (progress: UploadProgress) => void, signal: AbortSignal): Promise<string> {
  if (file.size === 0) throw new UploadRefused(`${file.name} is empty.`);
  const created = await answer(await call('/api/v1/uploads', { method: 'POST', body: JSON.stringify({ bytes: file.size, kind: 'model', fileName: file.name.slice(0, 255) }), headers: { 'content-type': 'application/json' }, signal }));
  const address = `/api/v1/uploads/${encodeURIComponent(created.id)}`;
  try {
    let { offset } = created;
    while (offset < file.size) {
      onProgress({ sent: offset, total: file.size });
      offset = await sendPiece(address, file, offset, signal);
    }
    onProgress({ sent: file.size, total: file.size });
    return created.id;
  } catch (error) {
    if (signal.aborted) void call(address, { method: 'DELETE', keepalive: true }).catch(() => undefined);
    throw error;
  }
}

/** Sends the piece at `offset` and returns where the next one begins. */
async function sendPiece(address: string, file: File, offset: number, signal: AbortSignal): Promise<number> {
  let from = offset;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const body = file.slice(from, from + chunkBytes);
      const response = await call(address, { method: 'PATCH', body, headers: { 'content-type': 'application/octet-stream', 'upload-offset': String(from) }, signal });
      return (await answer(response)).offset;
    } catch (error) {
      if (signal.aborted || error instanceof UploadRefused || attempt === triesMax) throw error;
      await pause(2 ** attempt * 250, signal);
      from = (await offsetNow(address, signal)) ?? from;
    }
  }
}

async function offsetNow(address: string, signal: AbortSignal): Promise<number | undefined> {
  const response = await call(address, { method: 'HEAD', signal }).catch(() => undefined);
  const offset = Number(response?.headers.get('upload-offset') ?? Number.NaN);
  return Number.isSafeInteger(offset) ? offset : undefined;
}

function call(address: string, init: RequestInit): Promise<Response> {
  return fetch(address, { ...init, headers: { ...apiHeaders, ...init.headers } });
}

/** The upload as the other side has it. What it refused for good is not tried again; what failed on its side is. */
async function answer(response: Response) {
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return uploadSchema.parse(body);
  const detail = typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string' ? body.detail : `The control plane answered ${response.status}.`;
  throw response.status >= 500 || response.status === 409 ? new Error(detail) : new UploadRefused(detail);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
