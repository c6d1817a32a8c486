import type { Row } from '../../cep/index.ts';
import { wireValue } from '../../kernel/wire-value.ts';
import type { AttributeValue, DetectionRecord } from '../../protocol/index.ts';
import type { RulePlan, StreamPlan } from './plan.ts';
import type { StreamOutput } from './rule-runner.ts';

export type DetectionDraft = Omit<DetectionRecord, 'sequence'>;

/** How much of what led to a detection goes with it. */
export const causeLimits = { keptPerStream: 512, perStream: 8, total: 64, bytesMax: 128 * 1024 } as const;

interface Recent {
  plan: StreamPlan;
  times: number[];
  rows: Row[];
}

/** Remembers the latest events of the streams that feed detections, and writes detections with them. */
export class DetectionDrafts {
  readonly #rule: RulePlan;
  readonly #bundle: { digest: string; generation: number };
  readonly #recent: Map<string, Recent>;

  constructor(rule: RulePlan, bundle: { digest: string; generation: number }) {
    this.#rule = rule;
    this.#bundle = bundle;
    const causes = new Set(rule.streams.flatMap((stream) => stream.causes));
    this.#recent = new Map(rule.streams.filter((stream) => causes.has(stream.name)).map((plan) => [plan.name, { plan, times: [], rows: [] }]));
  }

  /** Takes what a step brought, before `draft` is asked about its detections. */
  remember(outputs: readonly StreamOutput[]): void {
    for (const output of outputs) {
      const recent = this.#recent.get(output.plan.name);
      if (recent === undefined) continue;
      const { keptPerStream } = causeLimits;
      recent.times = output.times.length >= keptPerStream ? output.times.slice(-keptPerStream) : [...recent.times, ...output.times].slice(-keptPerStream);
      recent.rows = output.rows.length >= keptPerStream ? output.rows.slice(-keptPerStream) : [...recent.rows, ...output.rows].slice(-keptPerStream);
    }
  }

  draft(stream: StreamPlan, time: number, row: Row, latencyUs: number): DetectionDraft {
    const data = named(stream, row);
    const { title, severity } = stream.detection ?? { title: stream.name, severity: 'warning' };
    return {
      kind: 'detection',
      at: time,
      stream: stream.name,
      title,
      severity,
      rule: this.#rule.name,
      ruleVersion: this.#rule.version,
      bundle: this.#bundle.digest,
      generation: this.#bundle.generation,
      models: [...this.#rule.models.values()].slice(0, 16).map(({ name, version }) => ({ name, version })),
      data,
      causes: this.#causes(stream, time, data),
      latencyUs: Math.max(0, latencyUs),
      actions: [],
    };
  }

  /**
   * The latest events up to the detection, of the same thing where that can be told: an event that shares a text
   * attribute with the detection must have the same text in it.
   */
  #causes(stream: StreamPlan, time: number, data: Readonly<Record<string, AttributeValue>>): DetectionRecord['causes'] {
    const causes: DetectionRecord['causes'] = [];
    let bytes = 0;
    for (const name of stream.causes) {
      const recent = this.#recent.get(name);
      if (recent === undefined) continue;
      const keys = keysShared(recent.plan, data);
      let found = 0;
      for (let index = recent.rows.length - 1; index >= 0 && found < causeLimits.perStream && causes.length < causeLimits.total; index -= 1) {
        const [at, row] = [recent.times[index] ?? 0, recent.rows[index] ?? []];
        if (at > time || keys.some(({ place, value }) => row[place] !== value)) continue;
        const cause = { stream: name, at, data: named(recent.plan, row) };
        bytes += JSON.stringify(cause).length;
        if (bytes > causeLimits.bytesMax) return causes;
        causes.push(cause);
        found += 1;
      }
    }
    return causes;
  }
}

export function named(stream: StreamPlan, row: Row): Record<string, AttributeValue> {
  return Object.fromEntries(stream.stored.attributes.map((attribute, index) => [attribute.name, wireValue(row[index])]));
}

function keysShared(stream: StreamPlan, data: Readonly<Record<string, AttributeValue>>): { place: number; value: AttributeValue }[] {
  return stream.stored.attributes.flatMap((attribute, place) => {
    const value = attribute.type === 'string' ? data[attribute.name] : undefined;
    return value === undefined ? [] : [{ place, value }];
  });
}
