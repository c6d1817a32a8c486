import type { CompiledApp } from '../analyze.ts';
import { CepError, type Bound, type Cause, type CepEngine, type EngineOptions, type FaultBatch, type ModelAnswer, type ModelCall, type OnDemandAnswer, type OnDemandOptions, type QueryBatch, type QueryHoldings, type Row, type StreamBatch } from '../api.ts';
import { didYouMean } from '../language/nearest-name.ts';
import type { Stateful } from '../operators/stage.ts';
import { queryKeyOf } from '../plan/conjuncts.ts';
import { partStateName } from '../plan/describe-state.ts';
import type { NamedWindowPlan, PartitionPlan, QueryPlan } from '../plan/plan.ts';
import { feedsItself, inputStreams, streamStages } from '../plan/stages.ts';
import { OnDemand } from './on-demand.ts';
import type { Rollup } from '../operators/rollup/rollup.ts';
import { makeRollup, rollupReceiver } from './build-aggregation.ts';
import { buildJoin } from './build-join.ts';
import { buildPartition } from './build-partition.ts';
import { buildQuery, type PredictionPlace, type QueryContext } from './build-query.ts';
import { emitTableTest, makeTable, tableReceiver, type RunningTable } from './build-table.ts';
import { EventTime } from './event-time.ts';
import { Faults, noUuid } from './faults.ts';
import { makeJunctions } from './guarded-junction.ts';
import { queryHoldings } from './holdings.ts';
import { NOWHERE, type BatchBook, type Junction, type Receiver } from './junction.ts';
import { RunningWindow } from './named-windows.ts';
import { boundOf, type RunningPartition } from './partition.ts';
import { Predictions } from './predictions.ts';
import { Provenance } from './provenance.ts';
import { QueryCode } from './query-code.ts';
import { QueryEars } from './query-output.ts';
import { openSnapshot, restoreAll, takeOver, writeSnapshot } from './snapshot.ts';
import { startTrigger } from './triggers.ts';
import { sendingOn, StageChain, type KeyedSend } from './stage-chain.ts';
import type { Port, StageRuntime } from './stage-runtime.ts';

/** A running app; see `CepEngine` for what each call promises. */
export class Engine implements CepEngine {
  private readonly app: CompiledApp;
  private readonly chain: StageChain;
  private readonly stages: readonly StageRuntime[];
  private readonly first: StageRuntime;
  private readonly junctions: ReadonlyMap<string, Junction>;
  private readonly windows = new Map<string, RunningWindow>();
  private readonly tables = new Map<string, RunningTable>();
  private readonly rollups = new Map<string, Rollup>();
  private readonly onDemand: OnDemand;
  private readonly queries = new Map<string, QueryEars>();
  private readonly partitions: RunningPartition[] = [];
  private readonly kept = new Map<string, Stateful>();
  private readonly refills = new Map<string, () => void>();
  private readonly codes = new Map<StageRuntime, QueryCode>();
  private readonly provenance: Provenance | undefined;
  private readonly watch: EngineOptions['watch'];
  private readonly predictions: Predictions;
  private readonly book: BatchBook = { collecting: false, dirty: [] };
  private readonly faults = new Faults();
  /** In front of an app that runs by the time of its events. */
  private readonly gate: EventTime | undefined;

  constructor(app: CompiledApp, options: EngineOptions = {}) {
    this.app = app;
    this.provenance = options.provenance === true ? new Provenance() : undefined;
    this.watch = options.watch;
    this.predictions = new Predictions(this.provenance);
    const { start, uuid = noUuid } = options;
    const stageOf = streamStages(app.plan);
    this.chain = new StageChain(Math.max(0, ...stageOf.values()) + 1, start, uuid, options.timers !== 'jump', {
      failed: (entry) => this.faults.unpredicted(entry, app.plan.queries),
      threw: ({ port, timestamp, row }, failure) => this.faults.tell('', port.query, [timestamp], [row], failure),
    });
    ({ first: this.first, stages: this.stages } = this.chain);
    for (const plan of app.plan.tables) {
      const running = makeTable(plan);
      this.tables.set(plan.name, running);
      this.kept.set(`table ${plan.name}`, running.table);
    }
    this.junctions = makeJunctions(app.plan.streams, this.book);
    for (const plan of app.plan.aggregations) {
      const runtime = this.chain.at(stageOf.get(plan.name) ?? 0);
      const rollup = makeRollup(plan, runtime.clock, this.codeOf(runtime).tables, options.timers !== 'jump');
      this.rollups.set(plan.name, rollup);
      this.kept.set(`aggregation ${plan.name}`, rollup);
    }
    this.onDemand = new OnDemand(app, { tables: this.tables, rollups: this.rollups, window: (name) => this.windows.get(name)?.rows() }, this.first.clock);
    for (const plan of app.plan.windows) this.startWindow(plan, this.chain.at(stageOf.get(plan.name) ?? 0));
    this.startAll(stageOf);
    if (app.plan.eventTimes.length > 0) this.kept.set('event time', (this.gate = this.makeGate()));
    for (const trigger of app.plan.triggers) startTrigger(trigger, this.first, this.junction(trigger.name), (id, state) => this.kept.set(id, state));
  }

  get now(): number {
    return this.first.clock.now;
  }

  get pending(): number {
    return this.predictions.pending;
  }

  input(stream: string): (timestamp: number, row: Row) => void {
    const junction = this.junction(stream);
    const [first, single] = [this.first, this.stages.length === 1];
    if (this.gate !== undefined) return (timestamp, row) => this.send(stream, timestamp, row);
    return (timestamp, row) => {
      try {
        if (timestamp >= first.clock.now) first.moveTo(timestamp);
        junction.one(timestamp, row);
      } catch (failure) {
        this.faults.tell(stream, '', [timestamp], [row], failure);
      }
      if (!single) this.chain.settle();
    };
  }

  send(stream: string, timestamp: number, row: Row): void {
    const junction = this.junction(stream);
    if (this.gate !== undefined) this.gate.send(stream, timestamp, row);
    else {
      try {
        this.first.moveTo(timestamp);
        junction.one(timestamp, row);
      } catch (failure) {
        this.faults.tell(stream, '', [timestamp], [row], failure);
      }
    }
    this.chain.settle();
  }

  sendBatch(stream: string, timestamps: ArrayLike<number>, rows: readonly Row[]): void {
    const junction = this.junction(stream);
    const { first, book, gate } = this;
    book.collecting = true;
    try {
      for (let index = 0; index < rows.length; index++) {
        const timestamp = timestamps[index] ?? first.clock.now;
        const row = rows[index] ?? [];
        if (gate !== undefined) {
          gate.send(stream, timestamp, row);
          continue;
        }
        try {
          first.moveTo(timestamp);
          junction.one(timestamp, row);
        } catch (failure) {
          this.faults.tell(stream, '', [timestamp], [row], failure);
        }
      }
      this.chain.settle();
    } finally {
      book.collecting = false;
      for (const dirty of book.dirty.splice(0)) dirty.flush();
    }
  }

  sendChunk(stream: string, timestamps: ArrayLike<number>, rows: readonly Row[]): void {
    if (rows.length === 0) return;
    if (this.gate !== undefined) return this.sendBatch(stream, timestamps, rows);
    const junction = this.junction(stream);
    const times: readonly number[] = Array.isArray(timestamps) ? timestamps : Array.from(timestamps);
    try {
      this.first.moveTo(times.at(-1) ?? this.now);
      const [only] = rows;
      if (rows.length === 1 && only !== undefined) junction.one(times[0] ?? 0, only);
      else junction.many(times, rows);
    } catch (failure) {
      this.faults.tell(stream, '', [...times], [...rows], failure);
    }
    this.chain.settle();
  }

  advance(time: number): void {
    if (this.gate !== undefined) this.gate.advance(time);
    else this.moveClock(time);
    this.chain.settle();
  }

  nextTimer(): number | undefined {
    if (this.gate !== undefined) return this.gate.nextTimer();
    const next = Math.min(...this.stages.map((one) => one.timers.next));
    if (next === Number.NEGATIVE_INFINITY) return this.now;
    return Number.isFinite(next) ? next : undefined;
  }

  onStream(name: string, callback: (batch: StreamBatch) => void): () => void {
    return this.junction(name).onBatch(callback);
  }

  onEvent(name: string, callback: (timestamp: number, row: Row) => void): () => void {
    return this.junction(name).onEvent(callback);
  }

  onQuery(name: string, callback: (batch: QueryBatch) => void): () => void {
    const query = this.queries.get(name);
    if (query === undefined) throw new CepError('name.unknown-query', `There is no query '${name}'.`);
    return query.listen(callback);
  }

  onFault(callback: (batch: FaultBatch) => void): () => void {
    return this.faults.listen(callback);
  }

  causesOf(row: Row): Cause | undefined {
    return this.provenance?.causesOf(row);
  }

  modelCalls(): ModelCall[] {
    return this.predictions.take();
  }

  complete(id: number, answer: ModelAnswer): void {
    if (this.predictions.complete(id, answer)) this.chain.settle();
  }

  query(text: string, options?: OnDemandOptions): OnDemandAnswer {
    return this.onDemand.ask(text, options);
  }

  holds(query: string, max: number): QueryHoldings {
    return queryHoldings(query, { queries: this.app.plan.queries, kept: this.kept, windows: this.windows, partitions: this.partitions }, max);
  }

  bounds(): Bound[] {
    return [...this.app.plan.partitions.map((plan) => boundOf(plan, this.partitions)), ...(this.gate?.bounds() ?? [])];
  }

  snapshot(): Uint8Array {
    this.keepStarts();
    return writeSnapshot(this.app.shape, this.app.states, this.stages, this.kept);
  }

  restore(bytes: Uint8Array): void {
    this.predictions.forget();
    this.keepStarts();
    restoreAll(openSnapshot(bytes), this.app.shape, this.stages, this.kept, (id) => this.chain.portOf(id), (entry) => this.predictions.again(entry));
  }

  takeOver(bytes: Uint8Array): string[] {
    this.predictions.forget();
    return takeOver(openSnapshot(bytes), this.app.states, this.stages, this.kept, this.refills);
  }

  private makeGate(): EventTime {
    const { clock } = this.first;
    return new EventTime(this.app.plan.eventTimes, {
      get now() {
        return clock.now;
      },
      moveTo: (time) => this.moveClock(time),
      deliver: (stream, timestamp, row) => {
        try {
          this.junction(stream).one(timestamp, row);
        } catch (failure) {
          this.faults.tell(stream, '', [timestamp], [row], failure);
        }
        this.chain.settle();
      },
      fail: (stream, timestamp, row, reason) => this.faults.tell(stream, '', [timestamp], [row], new Error(reason)),
    });
  }

  private moveClock(time: number): void {
    try {
      this.first.moveTo(time);
    } catch (failure) {
      this.faults.tell('', '', [], [], failure);
    }
  }

  private startWindow(plan: NamedWindowPlan, runtime: StageRuntime): void {
    const running = new RunningWindow(plan, { clock: runtime.clock, code: this.codeOf(runtime), alarm: (ring) => runtime.alarm(ring) });
    this.windows.set(plan.name, running);
    const junction = this.junction(plan.name);
    running.outlet.listen((timestamp, row) => junction.one(timestamp, row));
    this.kept.set(`window ${plan.name}`, running.window);
  }

  /** What a named window holds now, oldest first. */
  windowRows(name: string): Row[] {
    return this.windows.get(name)?.rows() ?? [];
  }

  /** Queries and partitions in the order of the text. */
  private startAll(stageOf: ReadonlyMap<string, number>): void {
    const { plan } = this.app;
    const begun = new Set<number>();
    for (const query of plan.queries) {
      const partition = plan.partitions.find((one) => one.index === query.partition);
      if (partition === undefined) this.start(query, stageOf);
      else if (!begun.has(partition.index)) {
        begun.add(partition.index);
        this.startPartition(partition, stageOf);
      }
    }
  }

  private startPartition(plan: PartitionPlan, stageOf: ReadonlyMap<string, number>): void {
    const queries = this.app.plan.queries.filter((one) => one.partition === plan.index);
    for (const { name } of queries) this.queries.set(name, new QueryEars());
    const parts = buildPartition(plan, queries, {
      chain: this.chain,
      stageOf,
      loops: feedsItself(this.app.plan, plan.index),
      contextOf: (query, stage) => this.contextOf(query, stage, this.targetOf(query, stageOf), stageOf.get(query.output.target) ?? stage, this.queries.get(query.name) ?? new QueryEars()),
      predict: (prediction, stage, receiver) => this.seam(prediction, stage, receiver),
      isWindow: (stream) => this.windows.has(stream),
      source: (stream) => this.windows.get(stream) ?? this.junction(stream),
    });
    this.partitions.push(...parts);
    parts.forEach((running, index) => this.kept.set(partStateName(plan.index, index), running));
  }

  /** What counts from the start of the app has to know whether that was yet. */
  private keepStarts(): void {
    this.stages.forEach(({ start }, index) => {
      if (start.awaited) this.kept.set(`start of stage ${index}`, start);
    });
  }

  private start(query: QueryPlan, stageOf: ReadonlyMap<string, number>): void {
    const target = this.targetOf(query, stageOf);
    const targetStage = stageOf.get(query.output.target) ?? 0;
    const ears = new QueryEars();
    this.queries.set(query.name, ears);
    const running = buildQuery(query, this.contextOf(query, query.stage, target, targetStage, ears));
    const key = this.watch === undefined ? queryKeyOf(query) : undefined;
    for (const stream of new Set(inputStreams(query))) {
      const receiver = this.chain.crossing(stageOf.get(stream) ?? 0, query.stage, `${query.name}/from ${stream}`, running.receiver(stream));
      const window = this.windows.get(stream);
      if (window !== undefined) window.subscribe(receiver, query.input.kind === 'pattern' || query.input.kind === 'sequence');
      else if (key === undefined) this.junction(stream).subscribe(receiver);
      else this.junction(stream).subscribeKeyed(key, receiver);
    }
  }

  /** Where a query's rows go: a stream, or a change of a table on the table's own clock. */
  private targetOf(query: QueryPlan, stageOf: ReadonlyMap<string, number>): Receiver {
    const { target, change } = query.output;
    const rollup = this.rollups.get(target);
    if (rollup !== undefined) return rollupReceiver(rollup);
    // What goes into an inner stream stays in the partition, which replaces this target.
    if (target.startsWith('#')) return NOWHERE;
    if (change === undefined) return this.windows.get(target)?.entry ?? this.junction(target);
    const { clock } = this.chain.at(stageOf.get(target) ?? 0);
    return tableReceiver(this.table(target), change, clock, emitTableTest(this.tables, clock));
  }

  private table(name: string): RunningTable {
    const table = this.tables.get(name);
    if (table === undefined) throw new CepError('name.unknown-table', `There is no table '${name}'.`);
    return table;
  }

  private rollup(name: string): Rollup {
    const rollup = this.rollups.get(name);
    if (rollup === undefined) throw new CepError('name.unknown-store', `There is no aggregation '${name}'.`);
    return rollup;
  }

  private contextOf(query: QueryPlan, stage: number, target: Receiver, targetStage: number, ears: QueryEars): QueryContext {
    const runtime = this.chain.at(stage);
    const code = this.codeOf(runtime);
    return {
      clock: runtime.clock,
      alarm: (ring) => runtime.alarm(ring),
      begin: (begin) => runtime.start.add(begin),
      target: this.chain.crossing(stage, targetStage, `${query.name}/to ${query.output.target}`, target),
      ears,
      provenance: this.provenance,
      watch: this.watch,
      code,
      tables: code.tables,
      table: (name) => this.table(name),
      windowRows: (name) => this.windowRows(name),
      rollup: (name) => this.rollup(name),
      join: buildJoin,
      keep: (id, state) => this.kept.set(id, state),
      refill: (query, run) => this.refills.set(query, run),
      predict: (prediction, build) => {
        const later = build(this.contextOf(query, stage + 1, target, targetStage, ears));
        return sendingOn(this.seam(prediction, stage, () => later), () => undefined);
      },
    };
  }

  /** The code made for one stage: it reads that stage's clock. */
  private codeOf(runtime: StageRuntime): QueryCode {
    const known = this.codes.get(runtime);
    if (known !== undefined) return known;
    const code = new QueryCode(runtime.clock, emitTableTest(this.tables, runtime.clock));
    this.codes.set(runtime, code);
    return code;
  }

  private seam({ handler, query, id }: PredictionPlace, stage: number, receiver: Port['receiver']): KeyedSend {
    const [before, after] = [this.chain.at(stage), this.chain.at(stage + 1)];
    const values = this.codeOf(before).values(handler.arguments, 'row');
    return this.predictions.seam(id, handler.reference, handler.signature, values, this.chain.port(id, receiver, query.name), after, before.clock);
  }

  private junction(stream: string): Junction {
    const junction = this.junctions.get(stream);
    if (junction !== undefined) return junction;
    throw new CepError('name.unknown-stream', `There is no stream '${stream}'. ${didYouMean(stream, this.junctions.keys()) ?? ''}`.trimEnd());
  }
}
