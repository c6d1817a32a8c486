import { type EventBatch, weightOf } from '../../kernel/event-batch.ts';
import type { Operation } from '../../store/step.ts';
import { advance } from './recovery.ts';
import { ruleTimers, type RuleTimer } from './rule-timers.ts';
import { sessionLimits, type SessionEnvironment, type SessionParts } from './session-parts.ts';
import { addLetters, emptyStep, faultLetters, refusalLetters, type AssembledStep } from './step-output.ts';

/** Rows that a step finished, and when the oldest of them reached the agent. */
export interface Arrival {
  arrivedAtUs: number;
  rows: number;
}

/** What a step did to the engines, and what is to be written of it. */
export interface Step {
  operations: Operation[];
  assembled: AssembledStep;
  arrivals: Arrival[];
}

/** Does a session's steps: what came is given to the engines, what they put out is put together for the store. */
export class Stepper {
  readonly #env: Pick<SessionEnvironment, 'counters' | 'dependencies'>;
  readonly #parts: SessionParts;

  constructor(env: Pick<SessionEnvironment, 'counters' | 'dependencies'>, parts: SessionParts) {
    this.#env = env;
    this.#parts = parts;
  }

  /**
   * One step, whose outputs are numbered by `number`. While `isBarred` nothing is taken in and only predictions come to
   * their ends. An empty step has no operations.
   */
  take(number: number, isBarred: boolean): Step {
    const { clock } = this.#env.dependencies;
    const { stages } = this.#env.counters;
    const startedUs = clock.microseconds();
    const step: Step = { operations: [], assembled: emptyStep(), arrivals: [] };
    const predicted = this.#complete(step, startedUs);
    const input = isBarred ? { rows: 0, oldestUs: startedUs } : this.#takeIn(step);
    this.#tick(step);
    if (step.operations.length === 0) return step;

    const oldestUs = Math.min(predicted.oldestUs, input.oldestUs);
    const asked = this.#askModels(oldestUs);
    step.arrivals.push({ arrivedAtUs: input.oldestUs, rows: Math.max(0, input.rows - asked) });
    this.#collect(step.assembled, number, clock.microseconds() - oldestUs);
    stages.add('rules', clock.microseconds() - startedUs, input.rows + predicted.rows);
    return step;
  }

  /** Rules for which time may move on by itself. Only where nothing is on its way that would be older. */
  timers(): RuleTimer[] {
    const { intake, runners, sources } = this.#parts;
    return intake.isEmpty ? ruleTimers(runners, sources, this.#env.dependencies.clock.now()) : [];
  }

  #complete({ operations, arrivals }: Step, startedUs: number): { rows: number; oldestUs: number } {
    const { stages } = this.#env.counters;
    let oldestUs = startedUs;
    let total = 0;
    for (const { runner, ordinal, answer, arrivedAtUs, askedAtUs, answeredAtUs, rows } of this.#parts.desk.take()) {
      runner.complete(ordinal, answer);
      operations.push({ kind: 'complete', rule: runner.plan.name, call: ordinal, ...('error' in answer && { error: answer.error }) });
      arrivals.push({ arrivedAtUs, rows });
      total += rows;
      stages.add('model', answeredAtUs - askedAtUs, rows);
      stages.add('answer', startedUs - answeredAtUs, rows);
      oldestUs = Math.min(oldestUs, arrivedAtUs);
    }
    return { rows: total, oldestUs };
  }

  #takeIn(step: Step): { rows: number; oldestUs: number } {
    let rows = 0;
    let oldestUs = this.#env.dependencies.clock.microseconds();
    let weight = 0;
    while (weight < sessionLimits.stepRows && this.#pending() < sessionLimits.predictionsPending) {
      const batch = this.#parts.intake.take();
      if (batch === undefined) break;
      this.#input(batch, step);
      rows += batch.rows.length;
      weight += weightOf(batch);
      oldestUs = Math.min(oldestUs, batch.arrivedAtUs);
    }
    return { rows, oldestUs };
  }

  #input(batch: EventBatch, { operations, assembled }: Step): void {
    const { counters, dependencies } = this.#env;
    const from = this.#parts.sources.find(({ source }) => source.id === batch.source);
    if (from === undefined) throw new Error(`a batch came from the unknown source ${batch.source}`);
    operations.push({ kind: 'input', source: batch.source, partition: batch.partition, from: batch.from, to: batch.to });
    advance(this.#parts.positions, batch);
    counters.input(batch);
    counters.stages.input(batch, dependencies.clock);
    if (batch.rows.length > 0) this.#parts.runners.get(from.rule)?.input(from.stream, batch.times, batch.rows, dependencies.clock.now());
    addLetters(assembled, refusalLetters(batch.source, batch.refused), dependencies.clock.now());
  }

  #tick({ operations }: Step): void {
    for (const { runner, inMs, time } of this.timers()) {
      if (inMs > 0) continue;
      runner.tick(time);
      operations.push({ kind: 'tick', rule: runner.plan.name, time });
    }
  }

  /** Sends out the predictions to be made; returns for how many rows. */
  #askModels(arrivedAtUs: number): number {
    let rows = 0;
    for (const runner of this.#parts.runners.values()) {
      for (const call of runner.takeCalls()) {
        rows += call.count;
        this.#parts.desk.ask(runner, call, arrivedAtUs);
      }
    }
    this.#env.counters.depth('predictions', this.#pending(), sessionLimits.predictionsPending);
    return rows;
  }

  #collect(assembled: AssembledStep, number: number, latencyUs: number): void {
    for (const [name, runner] of this.#parts.runners) {
      this.#parts.assemblers.get(name)?.add(assembled, runner.takeOutputs(), number, latencyUs);
      addLetters(assembled, faultLetters(runner.plan, runner.takeFaults()), this.#env.dependencies.clock.now());
    }
  }

  #pending(): number {
    let pending = 0;
    for (const runner of this.#parts.runners.values()) pending += runner.pending;
    return pending;
  }
}
