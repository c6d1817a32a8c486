'use client';
import { createContext, use, useSyncExternalStore, type ReactNode } from 'react';

/** One clock for everything that shows an age, so that a page of a hundred ages wakes once a second and not a hundred times. */
const listeners = new Set<() => void>();
let now = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer !== undefined) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

const ServersNow = createContext<number | null>(null);

/**
 * What the server's clock said as it drew the document: ages are told by it until the browser has taken the document over, so that both
 * draw the same, and what the reader's clock puts in their place a moment later is about as long and moves nothing.
 */
export function ServerClock({ at, children }: { at: number; children: ReactNode }) {
  return <ServersNow value={at}>{children}</ServersNow>;
}

/** Milliseconds since the epoch, renewed every second; while the document is drawn and taken over, when the server began with it. */
export function useNow(): number | null {
  const drawnAt = use(ServersNow);
  return useSyncExternalStore<number | null>(
    subscribe,
    () => {
      // Between two ticks every reader must see the same value, and the first one a true one.
      if (timer === undefined || now === 0) now = Math.floor(Date.now() / 1000) * 1000;
      return now;
    },
    () => drawnAt,
  );
}
