import { compile, type CompiledApp } from '../analyze.ts';
import type { Environment, Row } from '../api.ts';
import { Engine } from '../runtime/engine.ts';
import type { Recording } from './recording.ts';
import { plain, type AskModel } from './test-case.ts';
import { wayInto, type WayIn } from './way-in.ts';

const EXAMPLES_MAX = 10;
const PROBLEMS_MAX = 20;
/** Rows of one text that wait for their like of the other; beyond it they count as differing. */
const UNMATCHED_MAX = 100_000;

/** A row that a text put out. */
export interface BacktestRow {
  at: number;
  data: Readonly<Record<string, unknown>>;
}

/** What one stream brought: the count of each text, and of two texts what only one of them brought. */
export interface BacktestStream {
  name: string;
  counts: readonly number[];
  /** The first rows of each text. */
  examples: readonly (readonly BacktestRow[])[];
  /** Rows that one text brought and the other did not at that time, with their first; empty of a single text. */
  only: readonly { count: number; examples: readonly BacktestRow[] }[];
}

export interface BacktestResult {
  events: number;
  from: number | null;
  to: number | null;
  streams: readonly BacktestStream[];
  /** Events that went back in time further than one piece of the recording can put right; they were sent as they came. */
  outOfOrder: number;
  /** Events that no stream of a text takes. */
  ignored: readonly { stream: string; count: number }[];
  /** Values that do not fit, faults of queries and of models; the first of them. */
  problems: readonly string[];
  problemsTotal: number;
}

/**
 * One rule, or two beside each other, over a recording of any length: it is fed in pieces and keeps counts, examples and what
 * differs. Two texts are compared row by row, by stream, time and values, wherever in a piece each comes. Throws `CepError`
 * when a text does not type-check.
 */
export class Backtest {
  private readonly apps: readonly CompiledApp[];
  /** Begun with the first event, whose time is when the engines start. */
  private runs: Run[] = [];
  private readonly streams = new Map<string, StreamComparison>();
  private readonly ignored = new Map<string, number>();
  private readonly problems: string[] = [];
  private problemsTotal = 0;
  private events = 0;
  private from: number | null = null;
  private to: number | null = null;
  private outOfOrder = 0;

  constructor(texts: readonly string[], environment: Environment = {}) {
    this.apps = texts.map((text) => compile(text, environment));
    for (const app of this.apps) for (const { name } of outputsOf(app)) this.streams.set(name, new StreamComparison(name, texts.length));
  }

  /** Sends one piece of the recording through each text, and asks `ask` what models are asked. */
  async feed(piece: Recording, ask: AskModel): Promise<void> {
    const begin = piece.at[0];
    if (begin === undefined) return;
    if (this.from === null) this.begin(begin);
    const last = this.to ?? begin;
    const inOrder = piece.at.findIndex((at) => at >= last);
    this.outOfOrder += inOrder < 0 ? piece.at.length : inOrder;
    this.to = Math.max(last, piece.at.at(-1) ?? begin);
    this.events += piece.rows.length;
    const untaken = new Set<number>(piece.streams.keys());
    for (const run of this.runs) {
      for (const taken of run.send(piece)) untaken.delete(taken);
      await run.answer(ask);
    }
    if (untaken.size === 0) return;
    for (const stream of piece.of) {
      if (!untaken.has(stream)) continue;
      const name = piece.streams[stream]?.name ?? '';
      this.ignored.set(name, (this.ignored.get(name) ?? 0) + 1);
    }
  }

  /** Lets what is due by time within `settleMs` after the last event happen, and says what came of it all. */
  async finish(settleMs: number, ask: AskModel): Promise<BacktestResult> {
    for (const run of this.runs) {
      run.advance((this.to ?? 0) + settleMs);
      await run.answer(ask);
    }
    return {
      events: this.events,
      from: this.from,
      to: this.to,
      streams: [...this.streams.values()].map((one) => one.result()),
      outOfOrder: this.outOfOrder,
      ignored: [...this.ignored].map(([stream, count]) => ({ stream, count })),
      problems: this.problems,
      problemsTotal: this.problemsTotal,
    };
  }

  private begin(at: number): void {
    this.from = at;
    this.runs = this.apps.map((app, text) => new Run(app, at, {
      row: (stream, names, when, row) => this.streams.get(stream)?.add(text, names, when, row),
      problem: (problem) => {
        this.problemsTotal++;
        if (this.problems.length < PROBLEMS_MAX) this.problems.push(this.apps.length === 1 ? problem : `${text === 0 ? 'first' : 'second'}: ${problem}`);
      },
    }));
  }
}

/** Streams that queries write and that a person or a system is told of: a detection or a sink hangs on it, or nothing reads it. */
function outputsOf({ analysis: { streams, queries } }: CompiledApp): { name: string; attributes: string[] }[] {
  const read = new Set(queries.flatMap((one) => one.inputs));
  const written = new Set(queries.flatMap((one) => one.output ?? []));
  return streams
    .filter((one) => one.kind === 'stream' && !one.name.startsWith('#') && written.has(one.name) && (!read.has(one.name) || one.annotations.some(({ name }) => /^(sink|detection)$/i.test(name))))
    .map(({ name, attributes }) => ({ name, attributes: attributes.map((one) => one.name) }));
}

interface RunHears {
  row: (stream: string, names: readonly string[], at: number, row: Row) => void;
  problem: (problem: string) => void;
}

/** One text's engine, with the ways into its streams. */
class Run {
  private readonly app: CompiledApp;
  private readonly engine: Engine;
  private readonly hears: RunHears;
  private readonly ways = new Map<string, WayIn | undefined>();

  constructor(app: CompiledApp, start: number, hears: RunHears) {
    this.app = app;
    this.hears = hears;
    let ids = 0;
    // Ids are counted, so that two texts which make them alike put out the same rows.
    this.engine = new Engine(app, { start, uuid: () => `00000000-0000-4000-8000-${String(ids++).padStart(12, '0')}` });
    for (const { name, attributes } of outputsOf(app)) this.engine.onEvent(name, (at, row) => hears.row(name, attributes, at, row));
    this.engine.onFault((batch) => hears.problem(`${batch.query === '' ? batch.stream : batch.query}: ${batch.reason}`));
  }

  /** Returns which streams of the piece this text takes. */
  send(piece: Recording): number[] {
    const ways = piece.streams.map(({ name, attributes }) => this.way(name, attributes));
    for (let index = 0; index < piece.rows.length; index++) ways[piece.of[index] ?? 0]?.(piece.at[index] ?? 0, piece.rows[index] ?? []);
    return ways.flatMap((way, index) => (way === undefined ? [] : [index]));
  }

  advance(to: number): void {
    this.engine.advance(to);
  }

  async answer(ask: AskModel): Promise<void> {
    for (let calls = this.engine.modelCalls(); calls.length > 0; calls = this.engine.modelCalls()) {
      for (const call of calls) {
        const answer = await ask(call);
        if ('error' in answer) this.hears.problem(`${call.model}: ${answer.error}`);
        this.engine.complete(call.id, answer);
      }
    }
  }

  private way(name: string, attributes: readonly string[]): WayIn | undefined {
    const key = JSON.stringify([name, attributes]);
    if (!this.ways.has(key)) this.ways.set(key, wayInto(this.app, this.engine, name, attributes, { taken: () => undefined, refused: this.hears.problem }));
    return this.ways.get(key);
  }
}

/** Counts a stream's rows, and sets off those of one text against those of the other. */
class StreamComparison {
  private readonly name: string;
  private readonly counts: number[];
  private readonly examples: BacktestRow[][];
  /** By time and values: rows of the first text above zero, of the second below. */
  private readonly open = new Map<string, { balance: number; row: BacktestRow }>();
  private readonly only: { count: number; examples: BacktestRow[] }[];

  constructor(name: string, texts: number) {
    this.name = name;
    this.counts = Array.from({ length: texts }, () => 0);
    this.examples = Array.from({ length: texts }, () => []);
    this.only = texts < 2 ? [] : Array.from({ length: texts }, () => ({ count: 0, examples: [] }));
  }

  add(text: number, names: readonly string[], at: number, values: Row): void {
    this.counts[text] = (this.counts[text] ?? 0) + 1;
    const examples = this.examples[text];
    const wanted = examples !== undefined && examples.length < EXAMPLES_MAX;
    if (!wanted && this.only.length === 0) return;
    const row = { at, data: Object.fromEntries(names.map((name, index) => [name, plain(values[index])])) };
    if (wanted) examples.push(row);
    if (this.only.length === 0) return;
    const key = JSON.stringify(row);
    const balance = (this.open.get(key)?.balance ?? 0) + (text === 0 ? 1 : -1);
    if (balance === 0) this.open.delete(key);
    else this.open.set(key, { balance, row });
    if (this.open.size > UNMATCHED_MAX) this.giveUpOldest();
  }

  result(): BacktestStream {
    for (const [key, { balance, row }] of this.open) this.giveUp(key, balance, row);
    return { name: this.name, counts: this.counts, examples: this.examples, only: this.only };
  }

  /** A tenth at a time: a map walks over what was deleted at its front. */
  private giveUpOldest(): void {
    let left = UNMATCHED_MAX / 10;
    for (const [key, { balance, row }] of this.open) {
      if (left-- === 0) return;
      this.giveUp(key, balance, row);
    }
  }

  private giveUp(key: string, balance: number, row: BacktestRow): void {
    this.open.delete(key);
    const side = this.only[balance > 0 ? 0 : 1];
    if (side === undefined) return;
    side.count += Math.abs(balance);
    if (side.examples.length < EXAMPLES_MAX) side.examples.push(row);
  }
}
