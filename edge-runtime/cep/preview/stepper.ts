import type { Environment, Row } from '../api.ts';
import type { Cause } from '../held-api.ts';
import { lookAt, type KeyChoice, type QueryLook } from './look.ts';
import { Preview } from './preview.ts';
import type { PlainEvent, Recording } from './recording.ts';
import { answerAll, plain, type AskModel } from './test-case.ts';

/** Rows told of what one query put out with one event. */
const PUT_OUT_MAX = 20;

/** Where a run is to stop: at each match or event of a query, from the `from`th on. */
export interface Breakpoint {
  query: string;
  /** `match`: it put something out. `event`: an event of a stream that it reads came, whatever its filters say. */
  on: 'match' | 'event';
  /** From 1. */
  from: number;
}

export type StopReason =
  /** `count`: the how manieth match or event of the query it is. */
  | { kind: 'breakpoint'; query: string; on: Breakpoint['on']; count: number }
  | { kind: 'moment' | 'step' | 'end' };

/** What a query put out with the event at a stop. */
export interface PutOut {
  query: string;
  rows: readonly { timestamp: number; row: Row }[];
  total: number;
}

/** A run that stands still after an event, with all that followed from it done. */
export interface Stop {
  reason: StopReason;
  /** The clock, milliseconds since 1970. */
  at: number;
  /** Events sent so far. */
  sent: number;
  /** The event that was sent last. */
  event: PlainEvent | undefined;
  put: readonly PutOut[];
  /** How many events every stream had and every query has put out by now. */
  counts: { streams: readonly (readonly [name: string, count: number])[]; queries: readonly (readonly [name: string, count: number])[] };
}

export interface StepperOptions {
  environment?: Environment;
  ask: AskModel;
  /** Asked between pieces of work; a run that may not go on stops where it is. */
  goOn: () => Promise<boolean>;
}

/** Events between two looks at whether the run may go on. */
const EVENTS_A_SLICE = 20_000;

/**
 * Runs a rule over a recording event by event, and stops where it is told to. The engine is the one of every preview, with
 * provenance and with ears at its queries, so it is slower; without a breakpoint there is no need of it.
 */
export class Stepper {
  private readonly preview: Preview;
  private readonly recording: Recording;
  private readonly options: StepperOptions;
  private readonly matches = new Map<string, number>();
  private readonly events = new Map<string, number>();
  /** What happened with the event at hand. */
  private readonly put = new Map<string, { rows: { timestamp: number; row: Row }[]; total: number }>();
  private readonly took = new Map<string, number>();
  private ended = false;

  /** Throws `CepError` when the text does not type-check. */
  constructor(text: string, recording: Recording, options: StepperOptions) {
    this.recording = recording;
    this.options = options;
    this.preview = new Preview(text, recording, {
      ...(options.environment === undefined ? {} : { environment: options.environment }),
      provenance: true,
      watch: (query) => {
        add(this.events, query, 1);
        add(this.took, query, 1);
      },
    });
    for (const query of this.preview.queryNames) {
      this.preview.onQuery(query, ({ arrived }) => {
        if (arrived.length === 0) return;
        const seen = this.put.get(query) ?? { rows: [], total: 0 };
        seen.rows.push(...arrived.slice(0, PUT_OUT_MAX - seen.rows.length));
        seen.total += arrived.length;
        this.put.set(query, seen);
        add(this.matches, query, arrived.length);
      });
    }
  }

  /** Runs to the next breakpoint, to the first event from `until` on, or to the end; undefined when it may not go on. */
  async runOn(breakpoints: readonly Breakpoint[], until = Number.POSITIVE_INFINITY): Promise<Stop | undefined> {
    const { at } = this.recording;
    for (let left = EVENTS_A_SLICE; !this.ended; left--) {
      if ((at[this.preview.sent] ?? Number.NEGATIVE_INFINITY) >= until) return this.stop({ kind: 'moment' });
      const answers = this.one();
      if (answers !== undefined) await answers;
      const hit = this.hit(breakpoints);
      if (hit !== undefined) return this.stop(hit);
      if (left > 0) continue;
      if (!(await this.options.goOn())) return undefined;
      left = EVENTS_A_SLICE;
    }
    return this.stop({ kind: 'end' });
  }

  /** Sends one more event. */
  async step(): Promise<Stop> {
    if (!this.ended) await this.one();
    return this.stop({ kind: this.ended ? 'end' : 'step' });
  }

  look(query: string, choice: KeyChoice = { key: null, like: '' }): QueryLook {
    return lookAt(this.preview, query, choice);
  }

  /** What a row of a stop was made of. */
  causesOf(row: Row): Cause | undefined {
    return this.preview.causesOf(row);
  }

  namesIn(query: string, stream: string): string[] {
    return this.preview.namesIn(query, stream);
  }

  namesOf(query: string): string[] {
    return this.preview.namesOf(query);
  }

  /** A promise where models are asked; one for each of a million events would be slow. */
  private one(): Promise<void> | undefined {
    this.put.clear();
    this.took.clear();
    this.ended = this.preview.step(1);
    return this.preview.pending > 0 ? answerAll(this.preview, this.options.ask) : undefined;
  }

  private hit(breakpoints: readonly Breakpoint[]): StopReason | undefined {
    for (const { query, on, from } of breakpoints) {
      const now = on === 'match' ? this.put.get(query)?.total : this.took.get(query);
      const count = (on === 'match' ? this.matches : this.events).get(query) ?? 0;
      if (now !== undefined && count >= from) return { kind: 'breakpoint', query, on, count };
    }
    return undefined;
  }

  private stop(reason: StopReason): Stop {
    const { sent } = this.preview;
    const { streams, queries } = this.preview.result();
    return { reason, at: this.preview.now, sent, event: this.eventAt(sent - 1), put: [...this.put].map(([query, one]) => ({ query, ...one })), counts: { streams: streams.map((one) => [one.name, one.count]), queries: queries.map((one) => [one.name, one.arrived]) } };
  }

  /** An event of the recording, with the values that its stream has. */
  private eventAt(index: number): PlainEvent | undefined {
    const { streams, of, at, rows } = this.recording;
    const row = rows[index];
    const stream = streams[of[index] ?? 0];
    if (row === undefined || stream === undefined) return undefined;
    const names = this.preview.namesIn('', stream.name);
    return { stream: stream.name, at: at[index] ?? 0, data: Object.fromEntries(stream.attributes.flatMap((name, column) => (names.length === 0 || names.includes(name) ? [[name, plain(row[column])] as const] : []))) };
  }
}

function add(counts: Map<string, number>, query: string, more: number): void {
  counts.set(query, (counts.get(query) ?? 0) + more);
}
