import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RawRoute } from '../http/raw-route.ts';
import type { Deps } from '../kernel/deps.ts';
import { exportChain } from './service.ts';
import type { CheckpointSigner } from './service.ts';

/** The whole audit chain as JSON lines, oldest first, streamed, with a signed checkpoint at the end. */
export const auditExportRoute = (signer: (deps: Deps) => CheckpointSigner): RawRoute => ({
  method: 'GET',
  path: '/audit/export',
  tag: 'Audit',
  summary: 'Export the audit chain as JSON lines',
  access: 'audit:read',
  breadth: 'organization',
  operation: { responses: { '200': { description: 'One entry a line, oldest first; the last line is a signed checkpoint.', content: { 'application/x-ndjson': { schema: { type: 'string' } } } }, default: { $ref: '#/components/responses/Problem' } } },
  handle: async ({ deps, actor, exchange: { response, signal } }) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store', 'content-disposition': 'attachment; filename="audit.jsonl"' });
    await pipeline(Readable.from(exportChain(deps, actor, signal, signer(deps))), response).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  },
});
