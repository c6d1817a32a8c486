import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError } from '../kernel/errors.ts';

/** One HTTP request on its way through the edge. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  method: string;
  requestId: string;
  remoteAddress: string;
  /** The request's headers in the form that the libraries read, with our own request id and address in place of any that were sent. */
  headers: Headers;
  /** Aborts when the other side goes away or the process drains. */
  signal: AbortSignal;
}

/** A part of the address space: everything at or below `prefix`. */
export interface Surface {
  /** As metrics name it. */
  name: string;
  prefix: string;
  handle(exchange: Exchange): Promise<void>;
}

/**
 * Reads the whole body, at most `bytesMax`. Throws TooLarge as soon as more than that was announced or has come.
 */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer<ArrayBuffer>> {
  const tooLarge = (): DomainError => new DomainError('TooLarge', `The body may have at most ${bytesMax} bytes.`, { details: { bytesMax } });
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > bytesMax) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const buffer: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += buffer.length;
    if (bytes > bytesMax) throw tooLarge();
    chunks.push(buffer);
  }
  return Buffer.concat(chunks);
}

/** Reads a JSON body; an empty one is an empty object. Throws InvalidInput or TooLarge. */
export async function readJson(request: IncomingMessage, bytesMax: number): Promise<unknown> {
  const body = await readBody(request, bytesMax);
  if (body.length === 0) return {};
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) throw new DomainError('InvalidInput', 'The body must be JSON, with Content-Type: application/json.');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new DomainError('InvalidInput', `The body is not JSON: ${cause instanceof Error ? cause.message : 'it cannot be parsed'}.`, { cause });
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

export function sendText(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8', headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', ...headers, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
