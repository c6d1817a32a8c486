import type { Api } from '../../examples/pump-loop/api.ts';

const paths = ['/nodes?limit=50', '/fleets', '/deployments'];
const everyMs = 500;

/** Asks what a person's pages ask, twice a second, while something else goes on: whether the console stays of use. */
export class Probe {
  readonly #tookMs: number[] = [];
  readonly #timer: NodeJS.Timeout;
  #failures = 0;

  constructor(api: Api) {
    let turn = 0;
    this.#timer = setInterval(() => {
      const from = performance.now();
      turn += 1;
      api.call('GET', paths[turn % paths.length] ?? '').then(
        () => this.#tookMs.push(performance.now() - from),
        () => (this.#failures += 1),
      );
    }, everyMs);
  }

  /** Stops asking; the answers' median and worst in milliseconds, and how many questions failed. */
  end(): { medianMs: number; maxMs: number; failures: number } {
    clearInterval(this.#timer);
    const sorted = this.#tookMs.toSorted((a, b) => a - b);
    return { medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0, maxMs: sorted.at(-1) ?? 0, failures: this.#failures };
  }
}
