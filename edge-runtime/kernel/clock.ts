/** The only way the agent reads time or waits, so that a test or a simulator can own both. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Microseconds from an arbitrary start that never go back: for durations. */
  microseconds(): number;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back after `ms` unless cancelled by the returned function. */
  after(ms: number, callback: () => void): () => void;
}

/** The machine's own clock. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    microseconds: () => performance.now() * 1000,
    sleep(ms, signal) {
      return new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const end = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        signal?.addEventListener('abort', end, { once: true });
      });
    },
    after(ms, callback) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  };
}

/** Full jitter: a random wait below an exponentially growing ceiling, so that many nodes do not return at one moment. */
export function backOffMs(attempt: number, minMs: number, maxMs: number, random: () => number): number {
  return Math.max(minMs, Math.round(random() * Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30))));
}
