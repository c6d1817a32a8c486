import { authLandings, authPaths } from '../identity/index.ts';
import type { Authenticator } from '../identity/index.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError } from '../kernel/errors.ts';
import type { Surface } from './exchange.ts';
import { requireOwnOrigin } from './security.ts';
import { sendWebResponse, toWebRequest } from './web-bridge.ts';

const prefix = '/api/auth';
const BODY_BYTES_MAX = 16_384;

/** Signing in and out. Only the listed paths of the library are served. */
export function authSurface(deps: Deps, authenticator: Authenticator): Surface {
  const served = new Set([...authPaths.map((path) => `POST ${prefix}${path}`), ...authLandings.map((path) => `GET ${prefix}${path}`)]);
  return {
    name: 'auth',
    prefix,
    handle: async (exchange) => {
      if (!served.has(`${exchange.method} ${exchange.url.pathname}`)) throw new DomainError('NotFound', 'There is nothing at this address.');
      requireOwnOrigin(exchange.request, deps.publicUrl);
      const answer = await authenticator.handle(await toWebRequest(exchange, BODY_BYTES_MAX, deps.publicUrl));
      const retryAfter = answer.headers.get('x-retry-after');
      if (retryAfter !== null) exchange.response.setHeader('retry-after', retryAfter);
      await sendWebResponse(answer, exchange.response);
    },
  };
}
