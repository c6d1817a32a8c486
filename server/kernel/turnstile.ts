/**
 * Lets a limited number through at one time; the others wait in the order in which they came. What a thousand want at once
 * is then done a part at a time, and whoever wants something else finds a free moment between.
 */
export class Turnstile {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(most: number) {
    this.#most = most;
  }

  async pass<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#inside >= this.#most) await new Promise<void>((enter) => this.#waiting.push(enter));
    else this.#inside += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#inside -= 1;
      // The place goes to the next, in a turn of its own.
      else setImmediate(next);
    }
  }
}
