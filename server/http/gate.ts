import { authenticate } from '../identity/index.ts';
import type { Authenticator } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError } from '../kernel/errors.ts';
import { createRateLimiter } from '../kernel/limits.ts';
import type { Exchange } from './exchange.ts';
import { requireOwnOrigin } from './security.ts';

/** Who sent the request, once the checks that every API has in common have passed. */
export type Gate = (exchange: Exchange) => Promise<Actor | null>;

/** Requests a second that one person, token or address may make, on average and at once. */
const rate = { perSecond: 50, burst: 300 } as const;

/**
 * Authenticates, refuses changes that a page of another origin makes with our cookie, and limits the rate by actor, or by
 * address where there is none. Throws NotSignedIn (bad token), OriginRefused or TooManyRequests.
 */
export function createGate(deps: Deps, authenticator: Authenticator): Gate {
  const limiter = createRateLimiter(deps.clock, rate);
  const take = (key: string): void => {
    const decision = limiter.take(key);
    if (!decision.allowed) throw new DomainError('TooManyRequests', 'You have sent more requests than the limit allows. Wait a moment.', { details: { retryAfterMs: decision.retryAfterMs } });
  };
  return async (exchange) => {
    const byAddress = `address:${exchange.remoteAddress}`;
    const { actor, by } = await authenticate(deps, authenticator, exchange.headers).catch((error: unknown) => {
      // Who shows what opens nothing is nobody.
      take(byAddress);
      throw error;
    });
    if (by !== 'token') requireOwnOrigin(exchange.request, deps.publicUrl);
    take(actor?.id ?? byAddress);
    return actor;
  };
}
