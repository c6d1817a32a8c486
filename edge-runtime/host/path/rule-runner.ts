import { CepError, Engine, type ModelAnswer, type ModelCall, type Row } from '../../cep/index.ts';
import { wireValue } from '../../kernel/wire-value.ts';
import type { RuleState } from '../../store/checkpoint.ts';
import type { AskReply } from './contract.ts';
import type { RulePlan, StreamPlan } from './plan.ts';
import { StateChain, type SavedState } from './state-chain.ts';

/** What one stream brought since it was last asked. */
export interface StreamOutput {
  plan: StreamPlan;
  times: number[];
  rows: Row[];
}

export interface RunnerFault {
  stream: string;
  reason: string;
  rows: Row[];
}

/** A call with the number it has since the last checkpoint: the engine's own numbers begin anew with every restart. */
export interface NumberedCall extends ModelCall {
  ordinal: number;
}

/** So much of a renewal is written between two steps: less than a millisecond of a window. */
const sliceBytesMax = 64 * 1024;
const faultRowsMax = 100;
const askRowsMax = 1000;

/** One rule's engine in a session of the path, with what it put out and the predictions it waits for. */
export class RuleRunner {
  readonly plan: RulePlan;
  readonly #uuid: () => string;
  readonly #outputs: StreamOutput[];
  readonly #calls = new Map<number, number>();
  readonly #chain = new StateChain();
  #engine: Engine;
  #faults: RunnerFault[] = [];
  #nextOrdinal = 1;
  /** Something was given to the engine since its state was last saved, or it is yet to be saved here. */
  #isTouched = true;
  /** How far the events' times lie behind the clock; unknown before the first, and nothing where none come in. */
  #behindMs: number | undefined;

  constructor(plan: RulePlan, uuid: () => string) {
    this.plan = plan;
    this.#uuid = uuid;
    this.#behindMs = plan.sources.length === 0 ? 0 : undefined;
    this.#outputs = plan.streams.filter(isHeard(plan)).map((stream) => ({ plan: stream, times: [], rows: [] }));
    this.#engine = this.#made();
  }

  /** Rows that wait for a prediction. */
  get pending(): number {
    return this.#engine.pending;
  }

  /** `now` is the clock's time of a live batch; a batch that is done again has none. */
  input(stream: string, times: readonly number[], rows: readonly Row[], now?: number): void {
    this.#isTouched = true;
    this.#engine.sendBatch(stream, times, rows);
    if (now !== undefined) this.#behindMs = Math.max(0, now - (times.at(-1) ?? now));
  }

  /** Answers a question about what the rule holds now. A change of it would be lost when the path does a step again, and is refused. */
  ask(query: string): AskReply {
    try {
      const { attributes, rows } = this.#engine.query(query, { rowsMax: askRowsMax, readOnly: true });
      return { ok: true, attributes, rows: rows.map((row) => row.map(wireValue)) };
    } catch (error) {
      if (!(error instanceof CepError)) throw error;
      return { ok: false, code: 'invalid', message: error.message, issues: error.diagnostics.map(({ line, column, message }) => ({ line, column, message })) };
    }
  }

  tick(time: number): void {
    this.#isTouched = true;
    this.#engine.advance(time);
  }

  /**
   * The time of this rule's events, moved on by the clock since the last of them: a recording of last year stays in last
   * year. Undefined where only events move time, and before the first.
   */
  timeAt(now: number): number | undefined {
    return this.plan.isPlayback || this.#behindMs === undefined ? undefined : now - this.#behindMs;
  }

  /** When, in the events' time, something is to happen without an event. */
  nextTimer(): number | undefined {
    return this.#engine.nextTimer();
  }

  takeCalls(): NumberedCall[] {
    return this.#engine.modelCalls().map((call) => {
      const ordinal = this.#nextOrdinal;
      this.#nextOrdinal += 1;
      this.#calls.set(ordinal, call.id);
      return { ...call, ordinal };
    });
  }

  complete(ordinal: number, answer: ModelAnswer): void {
    const id = this.#calls.get(ordinal);
    if (id === undefined) throw new Error(`rule ${this.plan.name} has no call ${ordinal} under way`);
    this.#calls.delete(ordinal);
    this.#isTouched = true;
    this.#engine.complete(id, answer);
  }

  /** What came out since the last call; the arrays are the caller's. */
  takeOutputs(): StreamOutput[] {
    const taken: StreamOutput[] = [];
    for (const output of this.#outputs) {
      if (output.rows.length === 0) continue;
      taken.push({ ...output });
      output.times = [];
      output.rows = [];
    }
    return taken;
  }

  takeFaults(): RunnerFault[] {
    if (this.#faults.length === 0) return this.#faults;
    const faults = this.#faults;
    this.#faults = [];
    return faults;
  }

  /** What is to be kept of the state, at a moment when no prediction is awaited. Calls are numbered from 1 again after it. */
  save(): SavedState {
    if (this.#engine.pending > 0) throw new Error(`rule ${this.plan.name} still waits for ${this.#engine.pending} predictions`);
    this.#nextOrdinal = 1;
    if (!this.#isTouched) return this.#chain.stay();
    this.#isTouched = false;
    this.renew();
    const increment = this.#chain.needsSnapshot ? undefined : this.#engine.increment({ renews: this.#chain.isFull });
    return increment === undefined ? this.#chain.begin(this.#engine.snapshot({ followed: true })) : this.#chain.add(increment);
  }

  /** Writes some more of the renewal of the state, if one is under way; false when there was nothing to write. */
  renew(): boolean {
    const bytes = this.#engine.renew(Math.min(this.#chain.sliceRoom, sliceBytesMax));
    this.#chain.sliced(bytes);
    return bytes > 0;
  }

  /**
   * Gives the rule what it remembered by the text with that digest; of another version of it, what is still the same. Answers
   * what is lost, for people. Throws a `CepError` when nothing of it can be used. Called once, before the rule works.
   */
  restore(state: RuleState & { digest: string }): string[] {
    try {
      return this.#take(state);
    } catch (error) {
      // Half of a damaged state is none.
      this.#engine = this.#made();
      throw error;
    }
  }

  #take(state: RuleState & { digest: string }): string[] {
    const lost = this.#lostOf(state);
    this.#chain.resume(state);
    return lost;
  }

  #lostOf({ digest, snapshot, increments }: RuleState & { digest: string }): string[] {
    // Another text may have the same shape and yet feed its windows otherwise.
    if (digest !== this.plan.digest) return this.#engine.takeOver(snapshot, increments);
    try {
      this.#engine.restore(snapshot, increments);
      return [];
    } catch (error) {
      if (!(error instanceof CepError) || error.code !== 'snapshot.mismatch') throw error;
      return this.#engine.takeOver(snapshot, increments);
    }
  }

  #made(): Engine {
    const engine = new Engine(this.plan.app, { uuid: this.#uuid });
    for (const output of this.#outputs) {
      engine.onEvent(output.plan.name, (time, row) => {
        output.times.push(time);
        output.rows.push(row);
      });
    }
    engine.onFault(({ stream, reason, rows }) => void this.#faults.push({ stream, reason, rows: rows.slice(0, faultRowsMax) }));
    return engine;
  }
}

/** Streams that are kept, leave through a sink, are detections or may be shown as the cause of one. */
function isHeard(plan: RulePlan): (stream: StreamPlan) => boolean {
  const causes = new Set(plan.streams.flatMap((stream) => stream.causes));
  const sinks = new Set(plan.sinks.map((sink) => sink.stream));
  return (stream) => stream.isStored || stream.detection !== undefined || causes.has(stream.name) || sinks.has(stream.name);
}
