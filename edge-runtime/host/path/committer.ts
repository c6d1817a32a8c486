import type { Undeliverable } from '../../actions/dispatcher.ts';
import type { Row } from '../../cep/index.ts';
import type { StepStore } from '../../store/step-store.ts';
import type { PathActions } from './actions.ts';
import { sessionLimits, type SessionEnvironment } from './session-parts.ts';
import { addLetters, mergedRows } from './step-output.ts';
import type { Step } from './stepper.ts';

/** Writes a session's steps to its store, a few at once and in their order, and lets go of each what waited for it. */
export class Committer {
  readonly #env: Pick<SessionEnvironment, 'counters' | 'tails' | 'dependencies'>;
  readonly #store: StepStore;
  readonly #actions: Pick<PathActions, 'committed'>;
  readonly #onWritten: () => void;
  readonly #onFailure: (error: unknown) => void;
  readonly #lettersWaiting: { rows: Row[]; kept: () => void }[] = [];
  #underWay = 0;

  constructor(env: Pick<SessionEnvironment, 'counters' | 'tails' | 'dependencies'>, store: StepStore, actions: Pick<PathActions, 'committed'>, on: { written(): void; failure(error: unknown): void }) {
    this.#env = env;
    this.#store = store;
    this.#actions = actions;
    this.#onWritten = on.written;
    this.#onFailure = on.failure;
  }

  /** Another step may be written beside those under way. */
  get hasRoom(): boolean {
    return this.#underWay < sessionLimits.commitsUnderWay;
  }

  /** Dead letters wait for the next step. */
  get hasLetters(): boolean {
    return this.#lettersWaiting.length > 0;
  }

  /** Nothing is being written and nothing waits for it. */
  get isQuiet(): boolean {
    return this.#underWay === 0 && !this.hasLetters;
  }

  commit({ operations, assembled, arrivals }: Step): void {
    const { counters, tails, dependencies } = this.#env;
    const letters = this.#lettersWaiting.splice(0);
    addLetters(assembled, letters.flatMap((waiting) => waiting.rows), dependencies.clock.now());
    const committedUs = dependencies.clock.microseconds();
    this.#underWay += 1;
    counters.depth('commits', this.#underWay, sessionLimits.commitsUnderWay);
    // Nothing of the rows is held while Redis writes, unless somebody looks on: what lives longer costs the collector more.
    const { sinks, detections, counts } = assembled;
    const isTold = assembled.output.records.length > 0;
    const streams = assembled.streams.map(({ stream, rows, times, plan }) => ({ stream, count: rows.length, shown: tails.isWatched(stream) ? { plan, times, rows } : undefined }));
    this.#store.commit(operations, mergedRows(assembled)).then(
      () => {
        this.#underWay -= 1;
        const now = dependencies.clock.microseconds();
        for (const { arrivedAtUs, rows } of arrivals) {
          if (rows > 0) counters.latency(now - arrivedAtUs, rows);
          counters.stages.add('store', now - committedUs, rows);
        }
        counters.detections += counts.detections;
        counters.deadLetters += counts.deadLetters;
        counters.stored += this.#store.takeStored();
        for (const { stream, count, shown } of streams) {
          counters.events(stream, count);
          if (shown !== undefined) tails.show(stream, shown.plan, shown.times, shown.rows);
        }
        for (const { kept } of letters) kept();
        this.#actions.committed(sinks, detections, isTold);
        this.#onWritten();
      },
      this.#onFailure,
    );
  }

  /** What no sink will deliver becomes dead letters of the next step; resolves when that is in the store. */
  keep({ sink, stream, id, reason, events }: Undeliverable): Promise<void> {
    const kept = Promise.withResolvers<void>();
    const rows = events.map((event, index): Row => [stream, `${sink} ${id}#${index}`, `not delivered: ${reason}`, JSON.stringify(event).slice(0, 2048)]);
    this.#lettersWaiting.push({ rows, kept: kept.resolve });
    return kept.promise;
  }
}
