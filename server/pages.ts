import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import next from 'next';
import type { Exchange } from './http/exchange.ts';
import { contentSecurityPolicy, workerPolicy } from './http/security.ts';

export interface Pages {
  handle(exchange: Exchange): Promise<void>;
  /** The development bundler's own WebSocket. */
  upgrade: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined;
  close(): Promise<void>;
}

/**
 * The console, answered by Next in this process: the built one, or in development the one that follows its sources. Every page
 * gets a nonce of its own; Next puts it on its scripts where it finds the policy among the request's headers.
 */
export async function openPages(options: { development: boolean; host: string; port: number }): Promise<Pages> {
  const app = next({ dev: options.development, dir: fileURLToPath(new URL('..', import.meta.url)), hostname: options.host, port: options.port, customServer: true });
  await app.prepare();
  const handler = app.getRequestHandler();
  const upgrade = options.development ? app.getUpgradeHandler() : undefined;
  return {
    handle: async ({ request, response }) => {
      const nonce = randomBytes(16).toString('base64');
      const policy = contentSecurityPolicy(nonce, options.development);
      request.headers['x-nonce'] = nonce;
      request.headers['content-security-policy'] = policy;
      // Browsers say what they will use a script as, and pages cannot: only a worker gets the worker's policy.
      response.setHeader('content-security-policy', request.headers['sec-fetch-dest'] === 'worker' ? workerPolicy : policy);
      response.setHeader('vary', 'sec-fetch-dest');
      await handler(request, response);
    },
    upgrade: upgrade === undefined ? undefined : (request, socket, head) => void upgrade(request, socket, head),
    close: () => app.close(),
  };
}
