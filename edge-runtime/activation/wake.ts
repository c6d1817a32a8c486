import type { Clock } from '../kernel/clock.ts';

/** Why a rest ended; without one each end would make an error, which costs more than all else that a rest does. */
export const woken = 'woken';

/** Lets a loop rest until something happens. */
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
    const resting = new AbortController();
    this.#end = () => resting.abort(woken);
    if (!this.#isPoked) await this.#clock.sleep(ms, AbortSignal.any([signal, resting.signal]));
    this.#isPoked = false;
  }
}
