interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Does what many ask for at the same time together, such as writing: what arrives in one turn of the event loop goes together, and
 * what arrives while one batch is under way goes into the next. Who comes alone does not wait, and a thousand that come together
 * take a few transactions and one connection. When a batch fails, each of it is tried alone, so one that cannot be done keeps no
 * other out. `rest` is awaited between batches, with how long the last one took in milliseconds.
 */
export class Batcher<Item, Result> {
  readonly #work: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #batchMax: number;
  readonly #rest: (tookMs: number) => Promise<void>;
  readonly #waiting: Waiting<Item, Result>[] = [];
  #busy = false;

  /** `work` answers for each item, in their order, and does all of them or none. */
  constructor(batchMax: number, work: (items: readonly Item[]) => Promise<readonly Result[]>, rest: (tookMs: number) => Promise<void> = () => Promise.resolve()) {
    this.#batchMax = batchMax;
    this.#work = work;
    this.#rest = rest;
  }

  /** Resolves with the answer once the item is done. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#busy) void this.#workAll();
    });
  }

  async #workAll(): Promise<void> {
    this.#busy = true;
    // Whoever called goes on first: it may have more to add.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const from = performance.now();
      await this.#settle(this.#waiting.splice(0, this.#batchMax));
      await this.#rest(performance.now() - from);
    }
    this.#busy = false;
  }

  async #settle(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#work(batch.map(({ item }) => item));
      for (const [index, result] of results.entries()) batch[index]?.resolve(result);
    } catch (error) {
      if (batch.length > 1) for (const one of batch) await this.#settle([one]);
      else batch[0]?.reject(error);
    }
  }
}
