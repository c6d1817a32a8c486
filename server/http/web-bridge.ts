import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readBody } from './exchange.ts';
import type { Exchange } from './exchange.ts';

/** The exchange as the fetch standard has it, for libraries that speak that. The body is read whole, up to `bytesMax`. */
export async function toWebRequest(exchange: Exchange, bytesMax: number, publicUrl: string): Promise<Request> {
  const { method, headers, url, request, signal } = exchange;
  const body = method === 'GET' || method === 'HEAD' ? null : await readBody(request, bytesMax);
  // Headers that describe the message on the wire say nothing about the body that was read.
  const forwarded = new Headers(headers);
  for (const name of ['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade']) forwarded.delete(name);
  return new Request(new URL(`${url.pathname}${url.search}`, publicUrl), { method, headers: forwarded, signal, ...(body === null ? {} : { body }) });
}

/** Answers with a fetch response, streaming its body as fast as the other side takes it. */
export async function sendWebResponse(answer: Response, response: ServerResponse): Promise<void> {
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value);
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  if (answer.body === null) {
    response.end();
    return;
  }
  response.flushHeaders();
  await pipeline(Readable.from(answer.body), response).catch((error: unknown) => {
    // Whoever asked has gone: there is nobody to tell.
    if (!response.destroyed && !response.writableEnded) throw error;
  });
}
