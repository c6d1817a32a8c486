import type { Clock } from '../kernel/clock.ts';
import { messageOf } from '../kernel/path-error.ts';
import type { Digest } from '../protocol/index.ts';
import type { ArtefactStore } from './artefact-store.ts';
import { NoRoomError, requireDisk } from './room.ts';

/** Where artefacts come from while the link is up. */
export interface ArtefactSource {
  readonly url: string;
  readonly token: string;
  /** How it is asked; over the network unless told otherwise. */
  readonly request?: typeof fetch;
}

/** `lasting` is true when trying again will not help. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  readonly reason: string;
  readonly lasting: boolean;

  constructor(reason: string, message: string, lasting: boolean, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.lasting = lasting;
  }
}

/** How slow a transfer may be before it is broken off: a byte now and then would hold an activation up for ever. What came is kept. */
export interface Pace {
  readonly windowMs: number;
  readonly bytesMin: number;
}
const PACE: Pace = { windowMs: 30_000, bytesMin: 16 * 1024 };

export interface DownloadDependencies {
  readonly store: ArtefactStore;
  readonly source: ArtefactSource;
  readonly clock: Clock;
  readonly pace?: Pace;
}

export interface Download {
  readonly digest: Digest;
  readonly bytes: number;
  readonly title: string;
}

/** Fetches one artefact into the store, going on from where an earlier attempt broke off. Throws a `DownloadError`, a `NoRoomError`, or the signal's reason. */
export async function downloadArtefact(from: DownloadDependencies, artefact: Download, onProgress: (bytesDone: number) => void, signal: AbortSignal): Promise<void> {
  const { store } = from;
  const { digest, bytes, title } = artefact;
  let start = await store.partialBytes(digest);
  if (start > bytes) {
    await store.dropPartial(digest);
    start = 0;
  }
  await requireDisk(store, bytes - start, title);
  if (start < bytes) await transfer(from, artefact, start, onProgress, signal);
  if (await store.seal(digest, bytes)) return;
  // What an earlier attempt left may have been spoilt by a power cut, so that says nothing of what was served now.
  if (start > 0) throw new DownloadError('TransferBroken', `What the disk held of ${title} was damaged; it starts afresh.`, false);
  throw new DownloadError('DigestMismatch', `What the control plane served as ${title} is not the content with digest ${digest}.`, true);
}

async function transfer({ store, source, clock, pace = PACE }: DownloadDependencies, artefact: Download, start: number, onProgress: (bytesDone: number) => void, signal: AbortSignal): Promise<void> {
  const { digest, bytes, title } = artefact;
  let [done, before] = [start, start];
  const ending = new AbortController();
  const end = (): void => ending.abort(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener('abort', end, { once: true });
  let endWatch: () => void = () => undefined;
  const watch = (): void => {
    endWatch = clock.after(pace.windowMs, () => {
      if (done - before < pace.bytesMin) return ending.abort(new Error(`only ${done - before} bytes came in ${pace.windowMs / 1000} s`));
      before = done;
      watch();
    });
  };
  watch();
  try {
    const response = await (source.request ?? fetch)(`${source.url}/${digest}`, {
      headers: { authorization: `Bearer ${source.token}`, 'accept-encoding': 'identity', ...(start > 0 ? { range: `bytes=${start}-` } : {}) },
      redirect: 'error',
      signal: ending.signal,
    });
    await checkResponse(store, response, artefact, start);
    if (response.body === null) throw new DownloadError('TransferBroken', `${title} came without content.`, false);
    await store.append(digest, bytes, response.body, (now) => {
      done = now;
      onProgress(now);
    });
  } catch (cause) {
    if (signal.aborted || cause instanceof DownloadError) throw cause;
    if (cause instanceof RangeError) {
      await store.dropPartial(digest);
      throw new DownloadError('DigestMismatch', `What the control plane served as ${title} is longer than the ${bytes} bytes of its manifest.`, true, { cause });
    }
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC') throw new NoRoomError('DiskFull', `The node’s disk is full: ${title} waits for ${bytes - (await store.partialBytes(digest))} bytes of room on it.`, { cause });
    throw new DownloadError('TransferBroken', `The transfer of ${title} broke after ${await store.partialBytes(digest)} of ${bytes} bytes (${rootOf(cause)}); it goes on from there.`, false, { cause });
  } finally {
    endWatch();
    signal.removeEventListener('abort', end);
  }
  const got = await store.partialBytes(digest);
  if (got < bytes) throw new DownloadError('TransferBroken', `The transfer of ${title} ended after ${got} of ${bytes} bytes; it goes on from there.`, false);
}

async function checkResponse(store: ArtefactStore, response: Response, artefact: Download, start: number): Promise<void> {
  const { digest, title } = artefact;
  if (response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${start}-`) === true) return;
  if (response.status === 200) return start > 0 ? store.dropPartial(digest) : undefined;
  await response.body?.cancel();
  if (response.status === 206 || response.status === 416) {
    await store.dropPartial(digest);
    throw new DownloadError('TransferBroken', `The control plane cannot go on with ${title} where it broke off; it starts afresh.`, false);
  }
  if (response.status === 404) throw new DownloadError('ArtefactNotFound', `The control plane does not have ${title} (${digest}).`, true);
  throw new DownloadError('TransferRefused', `The control plane answered ${response.status} when asked for ${title}.`, false);
}

/** What really happened: fetch wraps it, sometimes twice. */
function rootOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : messageOf(error);
}
