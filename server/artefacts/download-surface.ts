import { pipeline } from 'node:stream/promises';
import { digestSchema } from '@selvedge/edge-runtime/protocol';
import type { Exchange, Surface } from '../http/exchange.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { FolderStore } from './folder-store.ts';
import { mayRead } from './repository.ts';

/** Whose token it is: a node's, for as long as its connection stands. Undefined for any other. */
export type AuthorizeArtefact = (token: string) => Promise<{ organizationId: string; nodeId: string } | undefined>;

const prefix = '/artefacts';

/** `GET /artefacts/{digest}` for nodes: whole, or from where a broken transfer is to go on (`Range: bytes=a-`). */
export function artefactSurface(deps: Deps, authorize: AuthorizeArtefact): Surface {
  const store = new FolderStore(deps.stateFolder);
  return {
    name: 'artefacts',
    prefix,
    handle: async (exchange) => {
      if (exchange.method !== 'GET' && exchange.method !== 'HEAD') throw new DomainError('NotFound', 'Artefacts are only read here.');
      const token = /^Bearer (\S{1,256})$/.exec(exchange.headers.get('authorization') ?? '')?.[1];
      const reader = token === undefined ? undefined : await authorize(token);
      if (reader === undefined) throw new DomainError('NotSignedIn', 'Artefacts are read with the token of a standing agent link.');
      const digest = digestSchema.safeParse(decodeURIComponent(exchange.url.pathname.slice(prefix.length + 1)));
      if (!digest.success) throw new DomainError('InvalidInput', 'The address names no artefact: sha256: and 64 hex digits.');
      const size = (await mayRead(deps.db, reader.organizationId, digest.data)) ? await store.size(digest.data) : null;
      if (size === null) throw notFound('artefact', digest.data);
      await send(exchange, store, digest.data, size);
    },
  };
}

async function send({ method, response, headers, signal }: Exchange, store: FolderStore, digest: string, size: number): Promise<void> {
  const etag = `"${digest}"`;
  const common = { etag, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream', 'cache-control': 'private, immutable, max-age=31536000' };
  if (headers.get('if-none-match') === etag) {
    response.writeHead(304, common).end();
    return;
  }
  const range = rangeOf(headers, etag, size);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { ...common, 'content-range': `bytes */${size}` }).end();
    return;
  }
  const [start, end] = range ?? [0, size - 1];
  const partial = range === null ? {} : { 'content-range': `bytes ${start}-${end}/${size}` };
  response.writeHead(range === null ? 200 : 206, { ...common, ...partial, 'content-length': end - start + 1 });
  if (method === 'HEAD' || size === 0) {
    response.end();
    return;
  }
  await pipeline(store.read(digest, start, end), response).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

/** One range of bytes, both ends inclusive; null for the whole. Several ranges and other units are answered with the whole, as the standard allows. */
export function rangeOf(headers: Headers, etag: string, size: number): [number, number] | 'unsatisfiable' | null {
  const condition = headers.get('if-range');
  if (condition !== null && condition !== etag) return null;
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.get('range') ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (match === null || (first === '' && last === '')) return null;
  if (first === '') {
    const suffix = Math.min(size, Number(last));
    return suffix === 0 ? 'unsatisfiable' : [size - suffix, size - 1];
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(size - 1, Number(last));
  return start >= size || end < start ? 'unsatisfiable' : [start, end];
}
