/** What a crew of simulated nodes has seen, small enough to be asked for many times a second. */
export interface TallyView {
  readonly connected: number;
  /** Connections that ended since the last `restart`. */
  readonly lost: number;
  /** Nodes that were turned away, by how often, since the last `restart`. */
  readonly refusedOnce: number;
  readonly refusedAgain: number;
  /** How many nodes were told each generation, and how many run it. */
  readonly told: Readonly<Record<number, number>>;
  readonly running: Readonly<Record<number, number>>;
}

/** Counts as things happen, so that a look costs nothing that grows with the nodes. */
export class Tally {
  #connected = 0;
  #lost = 0;
  readonly #refusals = new Map<string, number>();
  #refusedAgain = 0;
  readonly #told: Record<number, number> = {};
  readonly #running: Record<number, number> = {};

  connected(): void {
    this.#connected += 1;
  }

  disconnected(): void {
    this.#connected -= 1;
    this.#lost += 1;
  }

  refused(name: string): void {
    const count = (this.#refusals.get(name) ?? 0) + 1;
    this.#refusals.set(name, count);
    if (count === 2) this.#refusedAgain += 1;
  }

  told(generation: number): void {
    this.#told[generation] = (this.#told[generation] ?? 0) + 1;
  }

  running(generation: number): void {
    this.#running[generation] = (this.#running[generation] ?? 0) + 1;
  }

  /** Forgets who was turned away, and how many connections ended. */
  restart(): void {
    this.#lost = 0;
    this.#refusals.clear();
    this.#refusedAgain = 0;
  }

  get view(): TallyView {
    return { connected: this.#connected, lost: this.#lost, refusedOnce: this.#refusals.size, refusedAgain: this.#refusedAgain, told: { ...this.#told }, running: { ...this.#running } };
  }
}

/** The views of several crews as one. */
export function sumOf(views: readonly TallyView[]): TallyView {
  const byGeneration = (pick: (view: TallyView) => Readonly<Record<number, number>>): Record<number, number> => {
    const sum: Record<number, number> = {};
    for (const view of views) for (const [generation, nodes] of Object.entries(pick(view))) sum[Number(generation)] = (sum[Number(generation)] ?? 0) + nodes;
    return sum;
  };
  const total = (pick: (view: TallyView) => number): number => views.reduce((sum, view) => sum + pick(view), 0);
  return {
    connected: total((view) => view.connected),
    lost: total((view) => view.lost),
    refusedOnce: total((view) => view.refusedOnce),
    refusedAgain: total((view) => view.refusedAgain),
    told: byGeneration((view) => view.told),
    running: byGeneration((view) => view.running),
  };
}
