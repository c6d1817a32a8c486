import { limits } from './limits.ts';

/** A committed change, as every process hears of it. `cursor` orders events of all organizations and never repeats. */
export interface OutboxEvent {
  cursor: string;
  organizationId: string;
  topic: string;
  /** The object that changed. */
  subjectId: string;
  kind: string;
  payload: unknown;
  at: number;
}

export type LiveEvent = { type: 'event'; event: OutboxEvent } | { type: 'gap' };
export type LiveFilter = (event: OutboxEvent) => boolean;

/** Fan-out of committed changes within this process. Losing an event costs freshness, never truth. */
export interface LiveBus {
  publish(event: OutboxEvent): void;
  /** Calls `listener` for each event until the signal aborts. The listener must return at once and not throw. */
  listen(listener: (event: OutboxEvent) => void, signal: AbortSignal): void;
  /**
   * Events as they come, from the moment of the call (not of the first read) until the signal aborts. A reader that falls
   * behind by more than `liveQueueMax` gets one `gap` in place of what it missed: it must read its state again.
   */
  stream(filter: LiveFilter, signal: AbortSignal): AsyncIterableIterator<LiveEvent>;
}

export function createLiveBus(): LiveBus {
  const listeners = new Set<(event: OutboxEvent) => void>();

  const listen: LiveBus['listen'] = (listener, signal) => {
    if (signal.aborted) return;
    listeners.add(listener);
    signal.addEventListener('abort', () => listeners.delete(listener), { once: true });
  };

  return {
    publish: (event) => {
      for (const listener of listeners) listener(event);
    },
    listen,
    stream: (filter, signal) => {
      let queue: LiveEvent[] = [];
      let wake: (() => void) | undefined;
      listen((event) => {
        if (!filter(event)) return;
        if (queue.length >= limits.liveQueueMax) queue = [{ type: 'gap' }];
        else queue.push({ type: 'event', event });
        wake?.();
      }, signal);
      signal.addEventListener('abort', () => wake?.(), { once: true });
      return (async function* () {
        while (!signal.aborted) {
          const next = queue.shift();
          if (next !== undefined) yield next;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      })();
    },
  };
}
