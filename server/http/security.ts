import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError } from '../kernel/errors.ts';

/**
 * What pages may load: our own files, and scripts that carry this response's nonce. Inline style attributes stay allowed, since
 * server-rendered charts and virtual lists place their elements with them; style elements need the nonce.
 */
export function contentSecurityPolicy(nonce: string, development: boolean): string {
  const directives = [
    "default-src 'self'",
    // The development bundler evaluates modules and opens a WebSocket of its own.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    development ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self'${development ? ' ws:' : ''}`,
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  return directives.join('; ');
}

/**
 * For a script that is loaded as a worker: it has a policy of its own, which alone allows code that is made while it runs. The
 * engine compiles rules to code, in a thread that holds no session, no document and no way out but messages to its page.
 */
export const workerPolicy = "default-src 'none'; script-src 'self' 'unsafe-eval'; base-uri 'none'";

/** For everything that is not a page: nothing in it may load or run anything. */
export const closedPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export function setSecurityHeaders(response: ServerResponse, secure: boolean): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'same-origin');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  response.setHeader('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=()');
  if (secure) response.setHeader('strict-transport-security', 'max-age=31536000');
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether the request was made by a page of ours, or by no page at all. Browsers send `Origin` with every request that is not
 * GET or HEAD, and pages cannot forge it; a browser that sends neither it nor Sec-Fetch-Site is not one that we serve.
 */
export function isOwnOrigin(request: IncomingMessage, publicUrl: string): boolean {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (origin !== undefined) return origin === new URL(publicUrl).origin || (URL.canParse(origin) && new URL(origin).host === host);
  return site === 'same-origin' || site === 'none';
}

/** Throws OriginRefused when a request that may change something comes with a cookie from elsewhere. */
export function requireOwnOrigin(request: IncomingMessage, publicUrl: string): void {
  if (safeMethods.has(request.method ?? 'GET') || isOwnOrigin(request, publicUrl)) return;
  throw new DomainError('OriginRefused', 'This request comes from a page of another origin, or does not say from which.');
}
