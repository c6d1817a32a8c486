import { compile, type CompiledApp } from '../analyze.ts';
import type { Cause, Environment, ModelAnswer, ModelCall, Row } from '../api.ts';
import { Engine } from '../runtime/engine.ts';
import type { Recording } from './recording.ts';
import { wayInto, type WayIn } from './way-in.ts';

/** Rows kept of each stream: the first ones and the last ones; all are counted. */
const KEPT_MAX = 500;
const FAULTS_MAX = 50;
/** Steps of the time line. */
export const TIMELINE_STEPS = 120;

export interface PreviewOptions {
  environment?: Environment;
  provenance?: boolean;
  /** How long after its last event a run waits for what is due by time, milliseconds. */
  settleMs?: number;
}

export interface PreviewRow {
  timestamp: number;
  row: Row;
  /** Its place among the rows of its stream, from 0. */
  index: number;
}

/** What one stream brought. */
export interface PreviewStream {
  name: string;
  attributes: readonly { name: string; type: string }[];
  /** Fed by the recording rather than by a query. */
  input: boolean;
  /** What a person or a system is told: a detection or a sink hangs on it, or nothing reads it. */
  output: boolean;
  count: number;
  /** At most a thousand: the first and the last. */
  rows: readonly PreviewRow[];
  /** Events in each of equal steps of the recording's span. */
  timeline: readonly number[];
}

export interface PreviewQuery {
  name: string;
  arrived: number;
  removed: number;
}

export interface PreviewResult {
  from: number;
  to: number;
  events: number;
  streams: readonly PreviewStream[];
  queries: readonly PreviewQuery[];
  faults: readonly string[];
  faultsTotal: number;
  /** Events of the recording that no stream of the text takes, by the name they had. */
  ignored: readonly { stream: string; count: number }[];
  /** Values that do not fit the stream's types. */
  refused: readonly string[];
  refusedTotal: number;
  waitingForModels: number;
}

/**
 * Runs a rule over a recording, a piece at a time, with the engine that nodes run. Nothing in it waits or tells time: the
 * caller decides how much is done between looking at a clock. Throws `CepError` when the text does not type-check.
 */
export class Preview {
  private readonly app: CompiledApp;
  private readonly engine: Engine;
  private readonly recording: Recording;
  private readonly options: PreviewOptions;
  private readonly ways: (WayIn | undefined)[];
  private readonly streams = new Map<string, StreamBook>();
  private readonly queries: PreviewQuery[] = [];
  private readonly faults: string[] = [];
  private readonly refused: string[] = [];
  private readonly ignored: number[];
  private faultsTotal = 0;
  private refusedTotal = 0;
  private next = 0;
  private settled = false;

  constructor(text: string, recording: Recording, options: PreviewOptions = {}) {
    this.app = compile(text, options.environment);
    this.options = options;
    this.recording = recording;
    let ids = 0;
    // Times are the recording's and ids are counted, so that two runs of one text answer alike.
    this.engine = new Engine(this.app, { start: recording.at[0] ?? 0, uuid: () => `00000000-0000-4000-8000-${String(ids++).padStart(12, '0')}`, provenance: options.provenance === true });
    const span = { from: recording.at[0] ?? 0, to: recording.at.at(-1) ?? 0 };
    const { analysis } = this.app;
    const read = new Set(analysis.queries.flatMap((one) => one.inputs));
    for (const { name, kind, attributes, annotations } of analysis.streams) {
      if (kind === 'table' || kind === 'aggregation' || name.startsWith('#')) continue;
      const told = annotations.some((one) => /^(sink|detection)$/i.test(one.name));
      const input = recording.streams.some((one) => one.name === name);
      const book = new StreamBook(name, attributes, input, told || (!input && !read.has(name)), span);
      this.streams.set(name, book);
      if (!input) this.engine.onEvent(name, (timestamp, row) => book.add(timestamp, row));
    }
    for (const { name } of analysis.queries) this.listen(name);
    this.engine.onFault((batch) => {
      this.faultsTotal += batch.rows.length;
      if (this.faults.length < FAULTS_MAX) this.faults.push(`${batch.query === '' ? batch.stream : batch.query}: ${batch.reason}`);
    });
    this.ignored = recording.streams.map(() => 0);
    this.ways = recording.streams.map(({ name, attributes }) => this.way(name, attributes));
  }

  /** Sends at most `count` more events; true when all have been sent and nothing more is due. */
  step(count: number): boolean {
    const { recording, ways, ignored } = this;
    const end = Math.min(recording.rows.length, this.next + count);
    for (; this.next < end; this.next++) {
      const stream = recording.of[this.next] ?? 0;
      const way = ways[stream];
      if (way === undefined) ignored[stream] = (ignored[stream] ?? 0) + 1;
      else way(recording.at[this.next] ?? 0, recording.rows[this.next] ?? []);
    }
    if (this.next < recording.rows.length) return false;
    if (!this.settled) {
      this.settled = true;
      this.engine.advance((recording.at.at(-1) ?? 0) + (this.options.settleMs ?? 0));
    }
    return true;
  }

  /** Events sent so far. */
  get sent(): number {
    return this.next;
  }

  /** Predictions to be made since the last time; answers of models are not the engine's business. */
  calls(): ModelCall[] {
    return this.engine.modelCalls();
  }

  answer(id: number, answer: ModelAnswer): void {
    this.engine.complete(id, answer);
  }

  /** What a row that this run put out was made of; needs `provenance`. */
  causesOf(row: Row): Cause | undefined {
    return this.engine.causesOf(row);
  }

  /** What the values of a row are named that a query took from a stream: the stream's attributes, then what models and stream functions added. */
  namesIn(query: string, stream: string): string[] {
    const input = this.app.plan.queries.find((one) => one.name === query)?.input;
    const added = input?.kind !== 'single' ? [] : input.handlers.flatMap((one) => (one.kind === 'predict' ? one.signature.outputs : one.kind === 'extend' || one.kind === 'series' ? one.added : []));
    const attributes = this.app.analysis.streams.find((one) => one.name === stream)?.attributes ?? [];
    return [...attributes, ...added].map((one) => one.name);
  }

  /** A row that was kept, by its stream and place. */
  rowOf(stream: string, index: number): PreviewRow | undefined {
    return this.streams.get(stream)?.rows().find((one) => one.index === index);
  }

  result(): PreviewResult {
    const { at } = this.recording;
    return {
      from: at[0] ?? 0,
      to: at.at(-1) ?? 0,
      events: this.next,
      streams: [...this.streams.values()].map((one) => one.result()),
      queries: this.queries.map((one) => ({ ...one })),
      faults: this.faults,
      faultsTotal: this.faultsTotal,
      ignored: this.ignored.flatMap((count, index) => (count > 0 ? [{ stream: this.recording.streams[index]?.name ?? '', count }] : [])),
      refused: this.refused,
      refusedTotal: this.refusedTotal,
      waitingForModels: this.engine.pending,
    };
  }

  private listen(name: string): void {
    const seen: PreviewQuery = { name, arrived: 0, removed: 0 };
    this.queries.push(seen);
    this.engine.onQuery(name, (batch) => {
      seen.arrived += batch.arrived.length;
      seen.removed += batch.removed.length;
    });
  }

  private way(name: string, recorded: readonly string[]): WayIn | undefined {
    const book = this.streams.get(name);
    if (book === undefined) return undefined;
    return wayInto(this.app, this.engine, name, recorded, {
      taken: (timestamp, row) => book.add(timestamp, row),
      refused: (error) => {
        this.refusedTotal++;
        if (this.refused.length < FAULTS_MAX) this.refused.push(error);
      },
    });
  }
}

/** Counts what a stream brings and keeps its first and last rows. */
class StreamBook {
  private readonly name: string;
  private readonly attributes: PreviewStream['attributes'];
  private readonly input: boolean;
  private readonly output: boolean;
  private readonly first: PreviewRow[] = [];
  private last: PreviewRow[] = [];
  private readonly timeline: number[] = Array.from({ length: TIMELINE_STEPS }, () => 0);
  private readonly from: number;
  private readonly scale: number;
  private count = 0;

  constructor(name: string, attributes: PreviewStream['attributes'], input: boolean, output: boolean, span: { from: number; to: number }) {
    this.name = name;
    this.attributes = attributes;
    this.input = input;
    this.output = output;
    this.from = span.from;
    this.scale = TIMELINE_STEPS / Math.max(1, span.to - span.from);
  }

  add(timestamp: number, row: Row): void {
    const index = this.count++;
    const step = Math.min(TIMELINE_STEPS - 1, Math.max(0, Math.floor((timestamp - this.from) * this.scale)));
    this.timeline[step] = (this.timeline[step] ?? 0) + 1;
    if (index < KEPT_MAX) this.first.push({ timestamp, row, index });
    else {
      this.last.push({ timestamp, row, index });
      if (this.last.length >= KEPT_MAX * 2) this.last = this.last.slice(KEPT_MAX);
    }
  }

  rows(): PreviewRow[] {
    return [...this.first, ...this.last.slice(-KEPT_MAX)];
  }

  result(): PreviewStream {
    const { name, attributes, input, output, count, timeline } = this;
    return { name, attributes, input, output, count, rows: this.rows(), timeline };
  }
}
