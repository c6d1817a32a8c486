/**
 * Waits between attempts, after "full jitter": anywhere between nothing and a ceiling that doubles with every failure.
 * The kernel's `backOffMs` never goes below its minimum, which is right for one node's own Redis; for a fleet that lost
 * its control plane the first attempts must be spread as well.
 */
export interface BackoffPolicy {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait before attempt `failures + 1`, in milliseconds. `random` is in [0, 1).
 * The whole range is used, so that a fleet cut off in one moment does not come back in one moment.
 */
export function backoffMs(policy: BackoffPolicy, failures: number, random: number): number {
  const ceiling = Math.min(policy.maxMs, policy.minMs * 2 ** Math.min(failures, 40));
  return Math.floor(random * ceiling);
}
