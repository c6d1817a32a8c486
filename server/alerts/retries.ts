const firstMs = 10_000;
const longestMs = 15 * 60_000;
/** A far end may be away for a night; a test is of no use to anybody after some minutes. */
const givenUpAfterMs = { alert: 24 * 3_600_000, test: 20 * 60_000 } as const;
/** Nobody makes us wait longer than this. */
const askedMaxMs = 3_600_000;

/** A far end answered, and not that it took the message. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken';
  /** How long it wants to be left alone; null where it did not say. */
  readonly waitMs: number | null;
  /** It is not there any more and will not be: nothing is gained by asking again. */
  readonly gone: boolean;

  constructor(status: number, waitMs: number | null) {
    const gone = status === 410;
    super(`It answered ${status}${gone ? ': it is gone for good' : waitMs === null ? '' : ` and asked to wait ${Math.ceil(waitMs / 1000)} s`}.`);
    this.gone = gone;
    this.waitMs = waitMs;
  }
}

/** What `Retry-After` says (RFC 9110, 10.2.3: seconds, or a date), at most an hour; null where it says nothing. */
export function askedToWaitMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), askedMaxMs) : null;
}

/** When to try again what failed at `now` for the `attempts`th time; null when it is given up. */
export function nextAttemptAt(delivery: { attempts: number; createdAt: number; isTest: boolean }, error: unknown, now: number): number | null {
  const { gone, waitMs } = error instanceof NotTaken ? error : { gone: false, waitMs: null };
  if (gone) return null;
  const at = now + Math.max(waitMs ?? 0, Math.min(longestMs, firstMs * 2 ** Math.min(delivery.attempts - 1, 10)));
  return at - delivery.createdAt > givenUpAfterMs[delivery.isTest ? 'test' : 'alert'] ? null : at;
}
