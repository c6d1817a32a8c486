import { opensAt } from '@selvedge/edge-runtime/protocol';
import type { Labels, Window } from '@selvedge/edge-runtime/protocol';
import type { RolloutPolicy } from '../deployments/schema.ts';
import type { NodeFigures } from '../gates/schema.ts';
import { exponential } from '../kernel/seeded-random.ts';
import { groupOf } from '../rollout/index.ts';
import type { RolloutNode } from '../rollout/index.ts';

/** What is known of a node, by which it is played. Times are milliseconds. */
export interface Twin {
  node: string;
  name: string;
  wave: number;
  labels: Labels;
  connected: boolean;
  /** Whether it lacks anything of the bundle. */
  fetches: boolean;
  /** How long it took to report what it was told, the last times. */
  activations: readonly number[];
  /** The share of what it was told that it failed at. */
  failShare: number;
  /** How long it stays connected, and how long it stays away, on average; null when it has not been away. */
  habit: { upMs: number; awayMs: number } | null;
  /** What it did in an hour; null when it told nothing. */
  hour: NodeFigures | null;
}

/** A twin on the virtual clock: does what it is told in its own time, and comes and goes by its habit. */
export class PlayedNode {
  readonly row: RolloutNode;
  readonly #twin: Twin;
  readonly #random: () => number;
  readonly #pool: readonly number[];
  #togglesAt: number;
  #answersAt = Number.POSITIVE_INFINITY;
  #fails = false;

  constructor(twin: Twin, before: string, now: number, { pool, per }: { pool: readonly number[]; per: RolloutPolicy['maxUnavailablePer'] }, random: () => number) {
    this.#twin = twin;
    this.#random = random;
    this.#pool = twin.activations.length > 0 ? twin.activations : pool;
    this.row = {
      node: twin.node,
      name: twin.name,
      wave: twin.wave,
      state: 'ToCome',
      since: now,
      message: '',
      told: null,
      afterFailure: 'undecided',
      group: groupOf(twin.labels, per),
      facts: { belongs: true, quarantined: null, failuresInARow: 0, failedGeneration: 0, connected: twin.connected, observedGeneration: 0, bundle: before, sync: 'Synced', activating: null, staged: false, message: '' },
    };
    this.#togglesAt = this.#nextToggle(now);
  }

  /** When something happens to it next. */
  get nextAt(): number {
    const answers = this.row.facts.connected ? this.#answersAt : Number.POSITIVE_INFINITY;
    return Math.min(this.#togglesAt, answers);
  }

  /** Within the windows of `download` alone it fetches, and within those of `activate` it switches; it reports when it has. */
  told(generation: number, bundle: string, now: number, { download, activate }: { download: readonly Window[]; activate: readonly Window[] }): void {
    this.row.told = { generation, bundle, at: now };
    this.row.afterFailure = 'undecided';
    this.#fails = this.#random() < this.#twin.failShare;
    const [shortest = 0] = this.#pool;
    this.#answersAt = opensAt(activate, (this.#twin.fetches ? opensAt(download, now) : now) + (this.#pool[Math.floor(this.#random() * this.#pool.length)] ?? shortest));
    this.#change({ sync: 'Applying', activating: generation });
  }

  /** Everything that has happened to it by now. */
  advance(now: number): void {
    while (this.#togglesAt <= now) {
      this.#change({ connected: !this.row.facts.connected });
      this.#togglesAt = this.#nextToggle(this.#togglesAt);
    }
    const { told, facts } = this.row;
    if (told === null || !facts.connected || this.#answersAt > now) return;
    this.#answersAt = Number.POSITIVE_INFINITY;
    if (this.#fails) this.#change({ sync: 'Failed', message: 'It failed, as it has before.' });
    else this.#change({ sync: 'Synced', activating: null, observedGeneration: told.generation, bundle: told.bundle });
  }

  #nextToggle(now: number): number {
    const { habit } = this.#twin;
    if (habit === null) return Number.POSITIVE_INFINITY;
    return now + exponential(this.#random, this.row.facts.connected ? habit.upMs : habit.awayMs);
  }

  #change(facts: Partial<RolloutNode['facts']>): void {
    this.row.facts = { ...this.row.facts, ...facts };
  }
}
