import { setTimeout as delay } from 'node:timers/promises';
import type { Service } from '../services/service.ts';

const restartsMax = 5;
const restartsWindowMs = 60_000;

/**
 * Brings a service back whenever it ends without having been told to, as a service manager does on a real machine. Resolves
 * when the signal fires; rejects when it ended too often to be worth another try.
 */
export async function keepRunning(name: string, first: Service, start: () => Promise<Service>, signal: AbortSignal, print: (line: string) => void): Promise<void> {
  const restarts: number[] = [];
  const called = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  let service = first;
  while (!signal.aborted) {
    const ending = await Promise.race([service.exited, called]);
    if (ending === undefined || signal.aborted) return;
    const now = performance.now();
    restarts.push(now);
    if (restarts.filter((at) => now - at < restartsWindowMs).length > restartsMax) {
      throw new Error(`${name} ended ${restartsMax + 1} times within a minute, the last time with ${ending}; its log says why.`);
    }
    print(`! ${name} ended (${ending}); starting it again`);
    await delay(500);
    service = await start();
  }
}
