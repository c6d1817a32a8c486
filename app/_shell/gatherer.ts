interface Pace {
  /** How long words are gathered after the first, in milliseconds. */
  soonMs: number;
  /** While words go on coming, work is done no more often than this. */
  gapMs: number;
}

/**
 * Gathers words and works on them together: soon after the first of them, and in a flood of them at a steady pace. Work that takes longer than
 * the pace is waited for, so that what is slow is not asked for twice at once.
 */
export class Gatherer<Word> {
  readonly #work: (words: ReadonlySet<Word>) => Promise<void>;
  readonly #pace: Pace;
  #gathered = new Set<Word>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #notBefore = 0;
  #working = false;

  constructor(work: (words: ReadonlySet<Word>) => Promise<void>, pace: Pace) {
    this.#work = work;
    this.#pace = pace;
  }

  add(word: Word): void {
    this.#gathered.add(word);
    this.#plan();
  }

  /** Nothing more is worked on. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#gathered.clear();
  }

  #plan(): void {
    if (this.#timer !== undefined || this.#working || this.#gathered.size === 0) return;
    this.#timer = setTimeout(() => void this.#run(), Math.max(this.#pace.soonMs, this.#notBefore - Date.now()));
  }

  async #run(): Promise<void> {
    const words = this.#gathered;
    this.#gathered = new Set();
    this.#timer = undefined;
    this.#notBefore = Date.now() + this.#pace.gapMs;
    this.#working = true;
    try {
      await this.#work(words);
    } catch {
      // What could not be read shows that itself, where it is shown.
    } finally {
      this.#working = false;
    }
    this.#plan();
  }
}
