import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { Logger } from '../kernel/logger.ts';
import { messageOf } from '../kernel/path-error.ts';
import { TokenBucket } from '../kernel/token-bucket.ts';
import type { GatewayBackend } from './backend.ts';
import { GatewayError, gatewayErrors } from './errors.ts';
import { inferenceOperations } from './inference-operations.ts';
import { nodeOperations } from './node-operations.ts';
import { offlineOperations } from './offline-operations.ts';
import { ruleOperations } from './rule-operations.ts';
import { openApiDocument } from './openapi.ts';
import { type Operation, operation } from './operation.ts';
import { route } from './router.ts';
import type { GatewayToken } from './token.ts';

export interface GatewayLimits {
  readonly requestsPerSecondMax: number;
  readonly requestsBurstMax: number;
  /** Wrong tokens in a second, over all callers: guessing is slow, and a right token is not affected. */
  readonly wrongTokensPerSecondMax: number;
  readonly connectionsMax: number;
  readonly requestMs: number;
}
export const defaultGatewayLimits: GatewayLimits = { requestsPerSecondMax: 2000, requestsBurstMax: 4000, wrongTokensPerSecondMax: 10, connectionsMax: 512, requestMs: 30_000 };

export interface GatewayOptions {
  readonly backend: GatewayBackend;
  readonly token: GatewayToken;
  readonly agentVersion: string;
  readonly limits: GatewayLimits;
  readonly logger: Logger;
  readonly now: () => number;
}

/** The table of everything the gateway answers to. */
export function gatewayOperations(backend: GatewayBackend, agentVersion: string, now: () => number): Operation[] {
  const served = [...nodeOperations(backend, now), ...offlineOperations(backend), ...ruleOperations(backend), ...inferenceOperations(backend, agentVersion)];
  const described = z.object({});
  const own = operation({ id: 'openapi', method: 'GET', path: '/openapi.json', open: true, summary: 'This description', parameters: described, query: described, bodyBytesMax: 0, responses: { 200: { description: 'OpenAPI 3.1.', schema: z.record(z.string(), z.unknown()) } }, errors: [], handle: async () => ({ status: 200, body: document }) });
  const document = openApiDocument([...served, own], agentVersion);
  return [...served, own];
}

/**
 * The node's own HTTP server. Every request goes the same way: found in the table, counted against the limits, its token
 * compared, its body read up to the operation's limit, handled; every error leaves as one shape from one catalogue.
 */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #operations: Operation[];
  readonly #server: Server;
  readonly #requests: TokenBucket;
  readonly #wrongTokens: TokenBucket;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#operations = gatewayOperations(options.backend, options.agentVersion, options.now);
    const { limits } = options;
    this.#requests = new TokenBucket(limits.requestsPerSecondMax, limits.requestsBurstMax, options.now());
    this.#wrongTokens = new TokenBucket(limits.wrongTokensPerSecondMax, limits.wrongTokensPerSecondMax, options.now());
    this.#server = createServer({ requestTimeout: limits.requestMs, headersTimeout: Math.min(10_000, limits.requestMs), connectionsCheckingInterval: 1000 }, (request, response) => void this.#answer(request, response));
    this.#server.maxConnections = limits.connectionsMax;
  }

  /** Resolves with the port. Rejects when it is taken. */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    // A server that listens on TCP has an AddressInfo.
    const address = this.#server.address();
    return isAddress(address) ? address.port : port;
  }

  /** Takes no more requests, and resolves when those under way are answered or `graceMs` has passed. */
  async close(graceMs: number): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(timer);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { status, body, contentType } = await this.#handle(request);
      send(request, response, status, body, contentType);
    } catch (error) {
      this.#refuse(request, response, error);
    }
  }

  async #handle(request: IncomingMessage): ReturnType<Operation['handle']> {
    const now = this.#options.now();
    if (!this.#requests.take(now)) throw new GatewayError('TooManyRequests', 'The gateway takes no more requests now.', { headers: { 'retry-after': '1' } });
    const url = new URL(request.url ?? '/', 'http://node');
    const match = route(this.#operations, request.method ?? 'GET', url.pathname);
    if (match.kind === 'none') throw new GatewayError('NotFound', `There is no ${url.pathname.slice(0, 200)}; /openapi.json lists what there is.`);
    if (match.kind === 'wrong-method') throw new GatewayError('MethodNotAllowed', `${url.pathname.slice(0, 200)} takes ${match.allow.join(' and ')}.`, { headers: { allow: match.allow.join(', ') } });
    const { operation: found, parameters } = match;
    if (!found.open) this.#requireToken(request, now);
    const body = await readBody(request, found.bodyBytesMax);
    return found.handle({ parameters, query: Object.fromEntries(url.searchParams), contentType: request.headers['content-type'] ?? '', body });
  }

  #requireToken(request: IncomingMessage, now: number): void {
    const offered = /^Bearer (\S{1,256})$/i.exec(request.headers.authorization ?? '')?.[1];
    if (offered !== undefined && this.#options.token.matches(offered)) return;
    if (!this.#wrongTokens.take(now)) throw new GatewayError('TooManyRequests', 'Too many requests with a wrong token.', { headers: { 'retry-after': '1' } });
    throw new GatewayError('TokenMissing', 'Send `Authorization: Bearer` with the token of this node.', { headers: { 'www-authenticate': 'Bearer realm="selvedge-node"' } });
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const refusal = asGatewayError(error);
    if (refusal.code === 'Internal') this.#options.logger.error('a request to the gateway failed', { method: request.method, path: request.url?.slice(0, 200), problem: messageOf(error) });
    for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value);
    // What is left of an unread body is not worth reading.
    if (!request.complete) response.setHeader('connection', 'close');
    send(request, response, gatewayErrors[refusal.code].status, { ...refusal.details, error: refusal.message, code: refusal.code });
  }
}

function asGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return new GatewayError('Internal', 'The gateway failed; the log of the node says how.');
}

function send(request: IncomingMessage, response: ServerResponse, status: number, body: unknown, contentType = 'application/json; charset=utf-8'): void {
  if (response.headersSent || response.destroyed) return;
  const content = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-content-type-options', 'nosniff');
  if (content !== undefined) response.setHeader('content-type', contentType).setHeader('content-length', content.length);
  response.writeHead(status);
  response.end(request.method === 'HEAD' ? undefined : content);
}

async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > bytesMax) throw tooLarge(bytesMax);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw tooLarge(bytesMax);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new GatewayError('RequestTooSlow', 'The body did not arrive.');
  }
  return Buffer.concat(chunks, bytes);
}

function tooLarge(bytesMax: number): GatewayError {
  return new GatewayError('BodyTooLarge', bytesMax === 0 ? 'This operation takes no body.' : `This operation takes up to ${bytesMax} bytes.`);
}

function isAddress(address: ReturnType<Server['address']>): address is AddressInfo {
  return address !== null && typeof address !== 'string';
}
