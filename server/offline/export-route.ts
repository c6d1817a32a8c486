import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RawRoute } from '../http/raw-route.ts';
import { DomainError } from '../kernel/errors.ts';
import { validDaysSchema } from './schema.ts';
import { exportBundle } from './service.ts';

/** Files of gigabytes: so many are written at one time. */
const atOnceMax = 4;

/** What a node is to run, as a file to take to its site: never whole in memory. */
export function offlineBundleRoute(): RawRoute {
  let underWay = 0;
  return {
    method: 'GET',
    path: '/nodes/{id}/offline-bundle',
    tag: 'Nodes',
    summary: 'Download what a node is to run as a file, for its site: signed bundle, keys and artefacts',
    access: 'deployments:write',
    operation: {
      parameters: [
        { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
        { name: 'days', in: 'query', required: false, description: 'For how long the node may take it on.', schema: { type: 'integer', minimum: 1, maximum: 90, default: 14 } },
      ],
      responses: { '200': { description: 'An offline bundle.', content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } }, default: { $ref: '#/components/responses/Problem' } },
    },
    handle: async ({ deps, actor, parameters, exchange: { response, signal, url } }) => {
      const days = validDaysSchema.safeParse(url.searchParams.get('days') ?? undefined);
      if (!days.success) throw new DomainError('InvalidInput', 'days has to be a whole number from 1 to 90.');
      if (underWay >= atOnceMax) throw new DomainError('TooManyRequests', `${atOnceMax} files are being written already.`, { details: { retryAfterMs: 5_000 } });
      underWay += 1;
      try {
        const { name, file } = await exportBundle(deps, actor, parameters['id'] ?? '', days.data);
        response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.bytes, 'cache-control': 'no-store', 'content-disposition': `attachment; filename="${name.replaceAll(/[^a-z0-9._-]/g, '-')}-${file.generation}.selvedge"` });
        await pipeline(Readable.from(file.pieces()), response).catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
      } finally {
        underWay -= 1;
      }
    },
  };
}
