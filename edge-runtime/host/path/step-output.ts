import { encodeOutgoing } from '../../actions/outgoing.ts';
import type { Refusal } from '../../kernel/event-batch.ts';
import type { Row } from '../../cep/index.ts';
import { wireValue } from '../../kernel/wire-value.ts';
import type { StepOutput } from '../../store/step.ts';
import { DetectionDrafts, named, type DetectionDraft } from './detection-drafts.ts';
import { deadLetters, type RulePlan } from './plan.ts';
import type { RunnerFault, StreamOutput } from './rule-runner.ts';

/** What a step is about to write, and what is to be done once it is written. */
export interface AssembledStep {
  output: StepOutput;
  /** Detections whose sinks will say what became of them. */
  detections: { id: string; draft: DetectionDraft; sinks: string[] }[];
  sinks: Set<string>;
  /** For whoever looks on: rows as they are stored, by stream. */
  streams: { stream: string; times: number[]; rows: Row[]; plan: StreamOutput['plan'] }[];
  counts: { detections: number; deadLetters: number };
}

export function emptyStep(): AssembledStep {
  return { output: { rows: [], outgoing: [], pending: [], records: [] }, detections: [], sinks: new Set(), streams: [], counts: { detections: 0, deadLetters: 0 } };
}

/** Turns what one rule put out in a step into what is stored, sent and told. */
export class StepAssembler {
  readonly #rule: RulePlan;
  readonly #drafts: DetectionDrafts;
  readonly #sinksOf: ReadonlyMap<string, string[]>;

  constructor(rule: RulePlan, bundle: { digest: string; generation: number }) {
    this.#rule = rule;
    this.#drafts = new DetectionDrafts(rule, bundle);
    this.#sinksOf = new Map([...Map.groupBy(rule.sinks, (sink) => sink.stream)].map(([stream, sinks]) => [stream, sinks.map((sink) => sink.options.id)]));
  }

  /** `step` numbers what must have a name of its own; `latencyUs` is how long ago the step's events arrived. */
  add(into: AssembledStep, outputs: readonly StreamOutput[], step: number, latencyUs: number): void {
    this.#drafts.remember(outputs);
    for (const { plan, times, rows } of outputs) {
      if (plan.isStored) into.output.rows.push({ stream: plan.stored, times, rows });
      into.streams.push({ stream: plan.stored.name, times, rows, plan });
      const sinks = this.#sinksOf.get(plan.name) ?? [];
      const detections = plan.detection === undefined ? [] : this.#detect(into, { plan, times, rows }, sinks, step, latencyUs);
      if (sinks.length === 0) continue;
      const payload = encodeOutgoing({ stream: plan.stored.name, times, events: rows.map((row) => named(plan, row)), detections });
      for (const sink of sinks) {
        into.output.outgoing.push({ sink, payload });
        into.sinks.add(sink);
      }
    }
  }

  /** Keeps up what later detections will show, for output that is in the store already. */
  remember(outputs: readonly StreamOutput[]): void {
    this.#drafts.remember(outputs);
  }

  #detect(into: AssembledStep, output: StreamOutput, sinks: readonly string[], step: number, latencyUs: number): string[] {
    const ids: string[] = [];
    output.rows.forEach((row, index) => {
      const draft = this.#drafts.draft(output.plan, output.times[index] ?? 0, row, latencyUs);
      into.counts.detections += 1;
      if (sinks.length === 0) {
        into.output.records.push(JSON.stringify(draft));
        return;
      }
      const id = `${step}-${this.#rule.name}-${output.plan.name}-${index}`;
      ids.push(id);
      into.detections.push({ id, draft, sinks: [...sinks] });
      // As it stands if nobody comes to say more: the next start tells it so.
      into.output.pending.push({ id, record: JSON.stringify({ ...draft, actions: sinks.map((sink) => ({ sink: sink.slice(-64), outcome: 'buffered' })) }) });
    });
    return ids;
  }
}

/** A letter for each event that could not be read. */
export function refusalLetters(source: string, refused: readonly Refusal[]): Row[] {
  return refused.map(({ position, index, reason, raw }) => [source, `${position}#${index}`, reason, raw]);
}

/** A letter for each event that a rule could not process. */
export function faultLetters(rule: RulePlan, faults: readonly RunnerFault[]): Row[] {
  return faults.flatMap(({ stream, reason, rows }) => rows.map((row): Row => [`${rule.name}/${stream}`, '', reason, JSON.stringify(row.map(wireValue)).slice(0, 2048)]));
}

export function addLetters(into: AssembledStep, letters: readonly Row[], now: number): void {
  if (letters.length === 0) return;
  into.counts.deadLetters += letters.length;
  into.output.rows.push({ stream: deadLetters, times: letters.map(() => now), rows: [...letters] });
}

/** A stream may have been written to twice in a step (dead letters): one entry each. */
export function mergedRows(assembled: AssembledStep): AssembledStep['output'] {
  const rows = [...Map.groupBy(assembled.output.rows, (part) => part.stream.name).values()].flatMap((parts) => {
    const [first] = parts;
    if (first === undefined) return [];
    return parts.length === 1 ? first : { stream: first.stream, times: parts.flatMap((part) => part.times), rows: parts.flatMap((part) => part.rows) };
  });
  return { ...assembled.output, rows };
}
