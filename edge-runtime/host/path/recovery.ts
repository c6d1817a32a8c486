import { CepError } from '../../cep/index.ts';
import type { EventBatch, Positions } from '../../kernel/event-batch.ts';
import type { Intake } from '../../kernel/intake.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Checkpoint } from '../../store/checkpoint.ts';
import type { LoggedStep, Recovery } from '../../store/step-store.ts';
import type { RuleRunner } from './rule-runner.ts';

/** A rule that begins without what it remembered, or without some of it, and why. */
export interface LostState {
  rule: string;
  reason: string;
}

/** Gives each rule what it remembered, and tells what of it had to begin anew. A rule that the checkpoint does not know begins anew without a word. */
export function restoreRules(runners: ReadonlyMap<string, RuleRunner>, checkpoint: Checkpoint | undefined, logger: Logger): LostState[] {
  const lost: LostState[] = [];
  for (const { name, ...state } of checkpoint?.rules ?? []) {
    const runner = runners.get(name);
    if (runner === undefined) continue;
    try {
      const missed = runner.restore(state);
      if (missed.length > 0) lost.push({ rule: name, reason: `${listed(missed)} began empty, since its definition or what feeds it changed` });
    } catch (error) {
      if (!(error instanceof CepError)) throw error;
      lost.push({ rule: name, reason: error.message });
      logger.warn('a rule begins without its former state', { rule: name, reason: error.message });
    }
  }
  return lost;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `“${name}”`).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

/** Where each source goes on: from the checkpoint, or from the first thing logged where a partition is newer than it. */
export function startingPositions({ checkpoint, steps }: Recovery): Map<string, Record<string, number>> {
  const positions = new Map<string, Record<string, number>>(Object.entries(checkpoint?.positions ?? {}).map(([source, known]) => [source, { ...known }]));
  for (const operation of steps.flatMap((step) => step.operations)) {
    if (operation.kind !== 'input') continue;
    const known = positions.get(operation.source) ?? {};
    known[operation.partition] ??= operation.from;
    positions.set(operation.source, known);
  }
  return positions;
}

/** By source and partition, where the logged batches ended. */
export function replayCuts(steps: readonly LoggedStep[]): Map<string, Record<string, number[]>> {
  const cuts = new Map<string, Record<string, number[]>>();
  for (const operation of steps.flatMap((step) => step.operations)) {
    if (operation.kind !== 'input' || operation.to < operation.from) continue;
    const known = cuts.get(operation.source) ?? {};
    (known[operation.partition] ??= []).push(operation.to);
    cuts.set(operation.source, known);
  }
  return cuts;
}

/** Holds what sources deliver during a replay until its turn comes. */
export class ReplayShelf {
  readonly #intake: Intake;
  readonly #shelves = new Map<string, EventBatch[]>();
  #arrival = Promise.withResolvers<void>();

  constructor(intake: Intake) {
    this.#intake = intake;
    intake.onArrival(() => this.#arrival.resolve());
  }

  /** Batches of one partition until one reaches `to`. What the far end no longer has is missing from them. */
  async take(source: string, partition: string, to: number, isEnded: () => boolean): Promise<EventBatch[]> {
    const key = `${source} ${partition}`;
    const taken: EventBatch[] = [];
    for (;;) {
      this.#sort();
      const shelf = this.#shelves.get(key) ?? [];
      while (shelf.length > 0) {
        const batch = shelf.shift();
        if (batch === undefined) break;
        if (batch.rows.length > 0 || batch.to >= batch.from) taken.push(batch);
        if (batch.to >= to) return taken;
      }
      if (isEnded()) return taken;
      this.#arrival = Promise.withResolvers();
      if (this.#intake.isEmpty) await this.#arrival.promise;
    }
  }

  /** Batches that were not asked for: empty ones that only move a position. */
  leftOver(): EventBatch[] {
    this.#sort();
    return [...this.#shelves.values()].flat();
  }

  wake(): void {
    this.#arrival.resolve();
  }

  #sort(): void {
    for (let batch = this.#intake.take(); batch !== undefined; batch = this.#intake.take()) {
      const key = `${batch.source} ${batch.partition}`;
      const shelf = this.#shelves.get(key);
      if (shelf === undefined) this.#shelves.set(key, [batch]);
      else shelf.push(batch);
    }
  }
}

/** Moves a source's position past a batch. */
export function advance(positions: Map<string, Record<string, number>>, batch: Pick<EventBatch, 'source' | 'partition' | 'to'>): void {
  const known = positions.get(batch.source) ?? {};
  known[batch.partition] = batch.to + 1;
  positions.set(batch.source, known);
}

export function frozen(positions: ReadonlyMap<string, Record<string, number>>): Record<string, Positions> {
  return Object.fromEntries([...positions].map(([source, known]) => [source, { ...known }]));
}

/** How much engine state is written to the node's disk a second, on average, and how long that may put a checkpoint off. */
const snapshotBytesPerSecond = 512 * 1024;
const byBytesMsMax = 30_000;

/**
 * How long to wait after a checkpoint that took `spentMs` until the next. Large state is written less often: at most a
 * twentieth of the time goes into it, and a disk that wears is not worn by writing the same windows every second.
 */
export function checkpointRestMs(spentMs: number, states: readonly { restBytes: number }[]): number {
  const bytes = states.reduce((sum, { restBytes }) => sum + restBytes, 0);
  return Math.max(spentMs * 20, Math.min(byBytesMsMax, (bytes / snapshotBytesPerSecond) * 1000));
}
