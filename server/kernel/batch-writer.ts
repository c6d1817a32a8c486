interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes what many ask for at the same time together: what arrives while a write is under way goes into the next one. Who comes
 * alone does not wait, and a thousand that come together take a few transactions and one connection. When a batch fails, each
 * of it is tried alone, so one that cannot be written keeps no other out.
 */
export class BatchWriter<Item, Result> {
  readonly #write: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #batchMax: number;
  readonly #waiting: Waiting<Item, Result>[] = [];
  #writing = false;

  /** `write` answers for each item, in their order, and writes all of them or none. */
  constructor(batchMax: number, write: (items: readonly Item[]) => Promise<readonly Result[]>) {
    this.#batchMax = batchMax;
    this.#write = write;
  }

  /** Resolves with the answer once the item is written. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#writing) void this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) await this.#settle(this.#waiting.splice(0, this.#batchMax));
    this.#writing = false;
  }

  async #settle(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#write(batch.map(({ item }) => item));
      for (const [index, result] of results.entries()) batch[index]?.resolve(result);
    } catch (error) {
      if (batch.length > 1) for (const one of batch) await this.#settle([one]);
      else batch[0]?.reject(error);
    }
  }
}
