import type { Clock } from '../kernel/clock.ts';

/** Lets a loop rest until something happens. A rest leaves nothing behind at the signal, which lasts as long as the loop. */
export class Wake {
  readonly #clock: Clock;
  #end: () => void = () => undefined;
  #isPoked = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  poke(): void {
    this.#isPoked = true;
    this.#end();
  }

  /** Waits for `ms`, until poked or until `signal` aborts, whichever comes first; a poke that came earlier counts. */
  async rest(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isPoked && !signal.aborted) await this.#sleep(ms, signal);
    this.#isPoked = false;
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        signal.removeEventListener('abort', end);
        this.#end = () => undefined;
        resolve();
      };
      const cancel = this.#clock.after(ms, end);
      signal.addEventListener('abort', end, { once: true });
      this.#end = end;
    });
  }
}
