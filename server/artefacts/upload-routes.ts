import { z } from 'zod';
import { readBody, readJson, sendJson } from '../http/exchange.ts';
import type { Exchange } from '../http/exchange.ts';
import type { RawRoute } from '../http/raw-route.ts';
import { DomainError } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import { artefactLimits, createUploadInput, uploadSchema } from './schema.ts';
import type { Upload } from './schema.ts';
import { appendToUpload, cancelUpload, createUpload, readUpload } from './service.ts';

const uploadAnswer = { description: 'The upload, with the offset at which the next chunk begins.', content: { 'application/json': { schema: z.toJSONSchema(uploadSchema) } } };
const problem = { $ref: '#/components/responses/Problem' };
const idParameter = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const common = { tag: 'Uploads', access: 'models:write' } as const;

/** Uploads in pieces: open one, send chunks in order, ask for the offset after a break and go on from there. */
export const uploadRoutes: RawRoute[] = [
  {
    ...common,
    method: 'POST',
    path: '/uploads',
    summary: 'Open an upload',
    operation: { requestBody: { required: true, content: { 'application/json': { schema: z.toJSONSchema(createUploadInput, { io: 'input' }) } } }, responses: { '201': uploadAnswer, default: problem } },
    handle: async ({ deps, actor, exchange }) => {
      const input = createUploadInput.safeParse(await readJson(exchange.request, limits.jsonBodyBytesMax));
      if (!input.success) throw invalid(input.error);
      send(exchange, 201, await createUpload(deps, actor, input.data));
    },
  },
  {
    ...common,
    method: 'PATCH',
    path: '/uploads/{id}',
    summary: `Send the chunk that begins at Upload-Offset, at most ${artefactLimits.chunkBytesMax} bytes`,
    operation: {
      parameters: [idParameter, { name: 'Upload-Offset', in: 'header', required: true, schema: { type: 'integer', minimum: 0 } }],
      requestBody: { required: true, content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } },
      responses: { '200': uploadAnswer, default: problem },
    },
    handle: async ({ deps, actor, parameters, exchange }) => {
      const offset = z.coerce.number().int().min(0).safeParse(exchange.headers.get('upload-offset') ?? undefined);
      if (!offset.success) throw new DomainError('InvalidInput', 'The header Upload-Offset must say at which byte the chunk begins.');
      send(exchange, 200, await appendToUpload(deps, actor, parameters['id'] ?? '', offset.data, await readBody(exchange.request, artefactLimits.chunkBytesMax)));
    },
  },
  {
    ...common,
    method: 'HEAD',
    path: '/uploads/{id}',
    summary: 'Ask where to go on: Upload-Offset and Upload-Length',
    operation: { parameters: [idParameter], responses: { '200': { description: 'Upload-Offset is where the next chunk begins.' } } },
    handle: async ({ deps, actor, parameters, exchange }) => {
      const upload = await readUpload(deps, actor, parameters['id'] ?? '');
      setOffset(exchange, upload);
      exchange.response.writeHead(200, { 'cache-control': 'no-store' }).end();
    },
  },
  {
    ...common,
    method: 'DELETE',
    path: '/uploads/{id}',
    summary: 'Cancel an upload',
    operation: { parameters: [idParameter], responses: { '204': { description: 'It is gone.' }, default: problem } },
    handle: async ({ deps, actor, parameters, exchange }) => {
      await cancelUpload(deps, actor, parameters['id'] ?? '');
      exchange.response.writeHead(204).end();
    },
  },
];

function send(exchange: Exchange, status: number, upload: Upload): void {
  setOffset(exchange, upload);
  sendJson(exchange.response, status, upload);
}

function setOffset({ response }: Exchange, upload: Upload): void {
  response.setHeader('upload-offset', String(upload.offset));
  response.setHeader('upload-length', String(upload.bytes));
}

function invalid(error: z.ZodError): DomainError {
  const issues = error.issues.map((issue) => ({ path: issue.path.map(String), message: issue.message }));
  return new DomainError('InvalidInput', `${issues[0]?.path.join('.') ?? 'body'}: ${issues[0]?.message ?? 'is not valid'}`, { details: { issues } });
}
