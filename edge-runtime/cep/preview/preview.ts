import { compile, type CompiledApp } from '../analyze.ts';
import type { Environment, Row } from '../api.ts';
import type { EngineOptions, ModelAnswer, ModelCall } from '../engine-api.ts';
import type { Cause, HoldsOptions, QueryHoldings } from '../held-api.ts';
import { Engine } from '../runtime/engine.ts';
import { MOMENTS, stepAt, type Span } from './moments.ts';
import { isOfTheRecording, type Recording } from './recording.ts';
import { StreamBook, type PreviewRow, type PreviewStream } from './stream-book.ts';
import { wayInto, type WayIn } from './way-in.ts';

const FAULTS_MAX = 50;

export interface PreviewOptions {
  environment?: Environment;
  provenance?: boolean;
  /** How long after its last event a run waits for what is due by time, milliseconds. */
  settleMs?: number;
  /** Leaves out what the recording has from this time on, milliseconds since 1970. */
  until?: number;
  watch?: EngineOptions['watch'];
}

export interface PreviewQuery {
  name: string;
  arrived: number;
  removed: number;
  /** What arrived in each of the `MOMENTS` steps of the recording's span. */
  timeline: Uint32Array;
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
  /** Streams that are fed without some of their attributes, which are then null, and the names that nothing takes instead. */
  missing: readonly { stream: string; attributes: readonly string[]; unused: readonly string[] }[];
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
  /** Where the part of the recording ends that is sent. */
  private readonly end: number;
  private next = 0;
  private settled = false;

  constructor(text: string, recording: Recording, options: PreviewOptions = {}) {
    this.app = compile(text, options.environment);
    this.options = options;
    this.recording = recording;
    let ids = 0;
    // Times are the recording's and ids are counted, so that two runs of one text answer alike.
    this.engine = new Engine(this.app, { start: recording.at[0] ?? 0, uuid: () => `00000000-0000-4000-8000-${String(ids++).padStart(12, '0')}`, provenance: options.provenance === true, ...(options.watch === undefined ? {} : { watch: options.watch }) });
    const span: Span = { from: recording.at[0] ?? 0, to: recording.at.at(-1) ?? 0 };
    this.end = options.until === undefined ? recording.rows.length : placeOf(recording.at, options.until);
    const { analysis } = this.app;
    const read = new Set(analysis.queries.flatMap((one) => one.inputs));
    for (const { name, kind, attributes, annotations } of analysis.streams) {
      if (kind === 'table' || kind === 'aggregation' || name.startsWith('#')) continue;
      const told = annotations.some((one) => /^(sink|detection)$/i.test(one.name));
      const input = recording.streams.some((one) => one.name === name);
      const book = new StreamBook({ name, attributes, input, output: told || (!input && !read.has(name)) }, span);
      this.streams.set(name, book);
      if (!input) this.engine.onEvent(name, (timestamp, row) => book.add(timestamp, row));
    }
    for (const { name } of analysis.queries) this.listen(name, span);
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
    const end = Math.min(this.end, this.next + count);
    for (; this.next < end; this.next++) {
      const stream = recording.of[this.next] ?? 0;
      const way = ways[stream];
      if (way === undefined) ignored[stream] = (ignored[stream] ?? 0) + 1;
      else way(recording.at[this.next] ?? 0, recording.rows[this.next] ?? []);
    }
    if (this.next < this.end) return false;
    if (!this.settled) {
      this.settled = true;
      this.engine.advance((recording.at[this.end - 1] ?? 0) + (this.options.settleMs ?? 0));
    }
    return true;
  }

  /** Events sent so far. */
  get sent(): number {
    return this.next;
  }

  /** The clock of the engine: the time of the newest event. */
  get now(): number {
    return this.engine.now;
  }

  /** How many rows wait for a prediction. */
  get pending(): number {
    return this.engine.pending;
  }

  /** What a query holds now, of each part the latest `max`. */
  holds(query: string, max: number, options?: HoldsOptions): QueryHoldings {
    return this.engine.holds(query, max, options);
  }

  /** Hears what each of the rule's queries puts out. */
  onQuery(query: string, hear: Parameters<Engine['onQuery']>[1]): void {
    this.engine.onQuery(query, hear);
  }

  get queryNames(): string[] {
    return this.app.analysis.queries.map((one) => one.name);
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

  /** What the values of a row are named that a query puts out. */
  namesOf(query: string): string[] {
    return this.app.plan.queries.find((one) => one.name === query)?.selection.attributes.map((one) => one.name) ?? [];
  }

  /** The rows of a stream that were kept, in their order. */
  rowsOf(stream: string): readonly PreviewRow[] {
    return this.streams.get(stream)?.rows() ?? [];
  }

  /** A row that was kept, by its stream and place. */
  rowOf(stream: string, index: number): PreviewRow | undefined {
    return this.rowsOf(stream).find((one) => one.index === index);
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
      missing: this.missing(),
      refused: this.refused,
      refusedTotal: this.refusedTotal,
      waitingForModels: this.engine.pending,
    };
  }

  private missing(): PreviewResult['missing'] {
    return this.recording.streams.flatMap(({ name, attributes: recorded }) => {
      const defined = this.app.analysis.streams.find((one) => one.name === name)?.attributes.map((one) => one.name) ?? [];
      const attributes = defined.filter((one) => !recorded.includes(one));
      return attributes.length === 0 ? [] : [{ stream: name, attributes, unused: recorded.filter((one) => !defined.includes(one) && !isOfTheRecording(one)) }];
    });
  }

  private listen(name: string, span: Span): void {
    const seen: PreviewQuery = { name, arrived: 0, removed: 0, timeline: new Uint32Array(MOMENTS) };
    this.queries.push(seen);
    this.engine.onQuery(name, (batch) => {
      seen.arrived += batch.arrived.length;
      seen.removed += batch.removed.length;
      for (const { timestamp } of batch.arrived) {
        const step = stepAt(span, timestamp);
        seen.timeline[step] = (seen.timeline[step] ?? 0) + 1;
      }
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

/** The first place in ascending times that is not before `time`. */
function placeOf(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
