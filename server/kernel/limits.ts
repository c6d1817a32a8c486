import type { Clock } from './clock.ts';

/** Maxima of the HTTP edge and of what identity keeps (I6). Nouns state theirs beside their schemas. */
export const limits = {
  jsonBodyBytesMax: 1_048_576,
  faroBodyBytesMax: 65_536,
  urlBytesMax: 16_384,
  headersTimeoutMs: 15_000,
  requestTimeoutMs: 300_000,
  drainMs: 10_000,
  membersMax: 1_000,
  apiTokensMax: 200,
  customRolesMax: 50,
  openInvitationsMax: 200,
  subscriptionsPerActorMax: 32,
  liveQueueMax: 1_000,
} as const;

export type RateDecision = { allowed: true } | { allowed: false; retryAfterMs: number };

export interface RateLimiter {
  /** Takes one unit from the key's budget, if there is one. */
  take(key: string): RateDecision;
}

/**
 * Token buckets by key in this process: `burst` at once, refilled at `perSecond`. Holds at most `keysMax` keys; when that is
 * reached the key longest unused is forgotten, which can only be generous to it.
 */
export function createRateLimiter(clock: Clock, options: { perSecond: number; burst: number; keysMax?: number }): RateLimiter {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const keysMax = options.keysMax ?? 10_000;
  return {
    take(key) {
      const now = clock.now();
      const bucket = buckets.get(key) ?? { tokens: options.burst, at: now };
      const tokens = Math.min(options.burst, bucket.tokens + ((now - bucket.at) / 1000) * options.perSecond);
      buckets.delete(key);
      buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
      if (buckets.size > keysMax) for (const oldest of buckets.keys()) if (buckets.delete(oldest)) break;
      return tokens >= 1 ? { allowed: true } : { allowed: false, retryAfterMs: Math.ceil(((1 - tokens) / options.perSecond) * 1000) };
    },
  };
}
