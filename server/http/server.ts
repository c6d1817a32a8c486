import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { remoteAddressHeader, requestIdHeader } from '../identity/index.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import { toDomainError } from '../trpc/errors.ts';
import type { Exchange, Surface } from './exchange.ts';
import { sendProblem } from './problem.ts';
import { closedPolicy, setSecurityHeaders } from './security.ts';

export interface EdgeOptions {
  deps: Deps;
  /** The longest matching prefix answers. */
  surfaces: readonly Surface[];
  /** Answers what no surface does: the console's pages, where this process has that role. */
  pages?: (exchange: Exchange) => Promise<void>;
  /** WebSocket upgrades by path; others are closed. */
  upgrades: ReadonlyMap<string, (request: IncomingMessage, socket: Duplex, head: Buffer) => void>;
  /** For upgrades at other paths, as the development bundler wants. */
  otherUpgrades?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export interface Edge {
  server: Server;
  /** Takes no new connections, lets requests finish for `drainMs`, then closes what is left. Streams end at once. */
  drain(): Promise<void>;
  draining(): boolean;
}

const SWEEP_MS = 50;
const forwardedId = /^[A-Za-z0-9._-]{8,64}$/;

/** The one HTTP server: gives each request its id, headers and time, finds who answers it, and turns what is thrown into a problem. */
export function createEdge(options: EdgeOptions): Edge {
  const { deps } = options;
  const surfaces = [...options.surfaces].sort((a, b) => b.prefix.length - a.prefix.length);
  const ending = new AbortController();
  const secure = deps.publicUrl.startsWith('https:');

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const started = performance.now();
    const sentId = request.headers[requestIdHeader];
    const requestId = typeof sentId === 'string' && forwardedId.test(sentId) ? sentId : deps.ids.next();
    response.setHeader('x-request-id', requestId);
    setSecurityHeaders(response, secure);
    let surface: Surface | undefined;
    try {
      const exchange = openExchange(request, response, requestId, deps.proxies.addressOf(request), ending.signal);
      surface = surfaces.find(({ prefix }) => exchange.url.pathname === prefix || exchange.url.pathname.startsWith(`${prefix}/`));
      if (surface !== undefined) {
        response.setHeader('content-security-policy', closedPolicy);
        await surface.handle(exchange);
      } else if (options.pages !== undefined) await options.pages(exchange);
      else throw new DomainError('NotFound', 'There is nothing at this address.');
    } catch (thrown) {
      const error = toDomainError(thrown);
      deps.metrics.refusals.inc({ code: error.code });
      if (error.kind === 'internal') deps.logger.error({ err: error.cause ?? error, requestId, path: request.url?.replace(/\?.*$/, '') }, 'a request failed');
      sendProblem(response, error, requestId);
    }
    const name = surface?.name ?? 'pages';
    deps.metrics.requests.inc({ surface: name, status: String(response.statusCode) });
    if (!(response.getHeader('content-type') ?? '').toString().startsWith('text/event-stream')) deps.metrics.requestSeconds.observe({ surface: name }, (performance.now() - started) / 1000);
  };

  const server = createServer({ requestTimeout: limits.requestTimeoutMs, headersTimeout: limits.headersTimeoutMs, keepAliveTimeout: 65_000, maxHeaderSize: limits.urlBytesMax + 16_384 }, (request, response) => {
    void answer(request, response);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = request.url?.replace(/\?.*$/, '') ?? '';
    const upgrade = options.upgrades.get(path) ?? options.otherUpgrades;
    if (upgrade === undefined || ending.signal.aborted) socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
    else upgrade(request, socket, head);
  });

  return {
    server,
    draining: () => ending.signal.aborted,
    drain: async () => {
      ending.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A connection becomes idle when its last answer ends, and would then be kept for the next request.
      const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
      const deadline = setTimeout(() => server.closeAllConnections(), limits.drainMs);
      await closed;
      clearInterval(sweep);
      clearTimeout(deadline);
    },
  };
}

function openExchange(request: IncomingMessage, response: ServerResponse, requestId: string, remoteAddress: string, draining: AbortSignal): Exchange {
  const target = request.url ?? '/';
  if (!target.startsWith('/') || !URL.canParse(target, 'http://host')) throw new DomainError('InvalidInput', 'The address is not well formed.');
  request.headers[requestIdHeader] = requestId;
  request.headers[remoteAddressHeader] = remoteAddress;
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const item of Array.isArray(value) ? value : value === undefined ? [] : [value]) headers.append(name, item);
  }
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, draining]);
  return { request, response, url: new URL(target, 'http://host'), method: request.method ?? 'GET', requestId, remoteAddress, headers, signal };
}
