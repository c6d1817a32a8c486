'use client';
import { useSyncExternalStore } from 'react';

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

/** Milliseconds since the epoch, renewed every second; null while rendering on the server, whose clock the reader does not share. */
export function useNow(): number | null {
  return useSyncExternalStore<number | null>(
    subscribe,
    () => {
      // Between two ticks every reader must see the same value, and the first one a true one.
      if (timer === undefined || now === 0) now = Math.floor(Date.now() / 1000) * 1000;
      return now;
    },
    () => null,
  );
}
