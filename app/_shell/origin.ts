'use client';
import { useSyncExternalStore } from 'react';

/** Where this console was opened, for commands to copy. */
export function useOrigin(): string {
  return useSyncExternalStore(
    () => () => undefined,
    () => window.location.origin,
    () => 'http://localhost:3000',
  );
}
