import { replanned, type CompiledApp } from '../analyze.ts';
import { CepError, type Row } from '../api.ts';
import type { CepEngine, EngineOptions, FaultBatch, IncrementOptions, ModelAnswer, ModelCall, OnDemandAnswer, OnDemandOptions, QueryBatch, RuleChange, RuleChanged, SnapshotOptions, StreamBatch } from '../engine-api.ts';
import type { Bound, Cause, HoldsOptions, QueryHoldings } from '../held-api.ts';
import { AppIndex } from '../plan/app-index.ts';
import { planRuleChange } from '../plan/plan-change.ts';
import type { AppPlan } from '../plan/plan.ts';
import type { Stateful } from '../operators/stage.ts';
import { streamStages } from '../plan/stages.ts';
import { Assembly } from './assembly.ts';
import { carryOut } from './change.ts';
import { EventTime } from './event-time.ts';
import { Faults, noUuid } from './faults.ts';
import { queryHoldings } from './holdings.ts';
import type { BatchBook } from './junction.ts';
import { OnDemand } from './on-demand.ts';
import { boundOf } from './partition.ts';
import { handOn } from './receiver.ts';
import { Predictions } from './predictions.ts';
import { Provenance } from './provenance.ts';
import { endOf, openChain } from './chain.ts';
import { Follower } from './increments.ts';
import { restoreAll, saysWhatItHolds, writeSnapshot } from './snapshot.ts';
import { takeOver } from './take-over.ts';
import { StageChain } from './stage-chain.ts';
import type { StageRuntime } from './stage-runtime.ts';

/** A running app; see `CepEngine` for what each call promises. */
export class Engine implements CepEngine {
  /** As it was compiled or last asked for; `index` knows what runs after a change. */
  private app: CompiledApp;
  private readonly index: AppIndex;
  private readonly chain: StageChain;
  private readonly stages: readonly StageRuntime[];
  private readonly first: StageRuntime;
  private readonly made: Assembly;
  private readonly onDemand: OnDemand;
  private readonly provenance: Provenance | undefined;
  /** Knows what changed since a snapshot that increments are built upon. */
  private follower: Follower | undefined;
  private readonly predictions: Predictions;
  private readonly book: BatchBook = { collecting: false, dirty: [] };
  private readonly faults = new Faults();
  /** In front of an app that runs by the time of its events. */
  private readonly gate: EventTime | undefined;

  constructor(app: CompiledApp, options: EngineOptions = {}) {
    this.app = app;
    this.index = new AppIndex(app.plan);
    this.provenance = options.provenance === true ? new Provenance() : undefined;
    this.predictions = new Predictions(this.provenance);
    const { start, uuid = noUuid, watch } = options;
    const { plan } = app;
    const stageOf = streamStages(plan);
    const exact = options.timers !== 'jump';
    this.chain = new StageChain(Math.max(0, ...stageOf.values()) + 1, start, uuid, exact, {
      failed: (entry) => this.faults.unpredicted(entry, this.plan.queries),
      threw: ({ port, timestamp, row }, failure) => this.faults.tell('', port.query, [timestamp], [row], failure),
    });
    ({ first: this.first, stages: this.stages } = this.chain);
    this.made = new Assembly({ chain: this.chain, predictions: this.predictions, book: this.book, provenance: this.provenance, watch, exact });
    this.onDemand = new OnDemand(() => this.plan, app.environment, { tables: this.made.tables, rollups: this.made.rollups, window: (name) => this.made.windows.get(name)?.rows() }, this.first.clock);
    this.made.add(plan, () => plan, stageOf);
    if (plan.eventTimes.length > 0) this.made.kept.set('event time', (this.gate = this.makeGate()));
    this.made.run();
  }

  private get plan(): AppPlan {
    return this.index.plan();
  }

  get now(): number {
    return this.first.clock.now;
  }

  get pending(): number {
    return this.predictions.pending;
  }

  input(stream: string): (timestamp: number, row: Row) => void {
    const junction = this.made.junction(stream);
    const { first, chain } = this;
    if (this.gate !== undefined) return (timestamp, row) => this.send(stream, timestamp, row);
    return (timestamp, row) => {
      try {
        if (timestamp >= first.clock.now) first.moveTo(timestamp);
        junction.one(timestamp, row);
      } catch (failure) {
        this.faults.tell(stream, '', [timestamp], [row], failure);
      }
      if (!chain.single) chain.settle();
    };
  }

  send(stream: string, timestamp: number, row: Row): void {
    const junction = this.made.junction(stream);
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
    const junction = this.made.junction(stream);
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
    const junction = this.made.junction(stream);
    const times: readonly number[] = Array.isArray(timestamps) ? timestamps : Array.from(timestamps);
    try {
      this.first.moveTo(times.at(-1) ?? this.now);
      handOn(junction, times, rows, 0, rows.length);
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
    return this.made.junction(name).onBatch(callback);
  }

  onEvent(name: string, callback: (timestamp: number, row: Row) => void): () => void {
    return this.made.junction(name).onEvent(callback);
  }

  onQuery(name: string, callback: (batch: QueryBatch) => void): () => void {
    const query = this.made.ears.get(name);
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

  holds(query: string, max: number, options: HoldsOptions = {}): QueryHoldings {
    return queryHoldings(query, { queries: this.plan.queries, kept: this.made.kept, windows: this.made.windows, partitions: this.made.partitions }, max, options);
  }

  bounds(): Bound[] {
    return [...this.plan.partitions.map((plan) => boundOf(plan, this.made.partitions)), ...(this.gate?.bounds() ?? [])];
  }

  change(change: RuleChange): RuleChanged {
    const planned = planRuleChange(change, this.index, this.app.environment);
    this.chain.grow(Math.max(0, ...planned.stageOf.values()) + 1);
    const changed = carryOut(planned, this.index, this.made, this.gate);
    this.onDemand.changed();
    this.keepStarts();
    this.follower?.changed();
    this.chain.settle();
    return changed;
  }

  /** The app as it is now; worked out when asked for, since it takes a look at every rule. */
  private current(): CompiledApp {
    const { plan } = this;
    if (this.app.plan !== plan) this.app = replanned(this.app, plan);
    return this.app;
  }

  snapshot({ followed = false }: SnapshotOptions = {}): Uint8Array {
    this.keepStarts();
    const { shape, states } = this.current();
    const bytes = writeSnapshot(shape, states, this.stages, this.made.kept);
    if (followed) this.follower = new Follower(shape, endOf(bytes), this.made.kept);
    return bytes;
  }

  increment({ renews = false }: IncrementOptions = {}): Uint8Array | undefined {
    return this.follower?.write(this.stages, renews, () => this.current());
  }

  renew(bytesMax: number): number {
    return this.follower?.renew(bytesMax) ?? 0;
  }

  restore(bytes: Uint8Array, increments?: readonly Uint8Array[]): void {
    this.predictions.forget();
    this.keepStarts();
    const { shape, states } = this.current();
    const { snapshot, end } = openChain(bytes, increments ?? []);
    restoreAll(snapshot, shape, this.stages, this.made.kept, (id) => this.chain.portOf(id), (entry) => this.predictions.again(entry));
    this.follower = increments === undefined || !saysWhatItHolds(snapshot, states, this.made.kept) ? undefined : new Follower(shape, end, this.made.kept);
  }

  takeOver(bytes: Uint8Array, increments?: readonly Uint8Array[]): string[] {
    this.predictions.forget();
    this.keepStarts();
    const { shape, states } = this.current();
    const { kept, refills } = this.made;
    const { snapshot, end } = openChain(bytes, increments ?? []);
    const followed = increments && new Map<string, Stateful>();
    const lost = takeOver(snapshot, states, this.stages, kept, refills, followed);
    this.follower = followed && new Follower(shape, end, kept, followed);
    this.follower?.changed();
    return lost;
  }

  private makeGate(): EventTime {
    const { clock } = this.first;
    return new EventTime(this.plan.eventTimes, {
      get now() {
        return clock.now;
      },
      moveTo: (time) => this.moveClock(time),
      deliver: (stream, timestamp, row) => {
        try {
          this.made.junction(stream).one(timestamp, row);
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

  /** What a named window holds now, oldest first. */
  windowRows(name: string): Row[] {
    return this.made.windowRows(name);
  }

  /** What counts from the start of the app has to know whether that was yet. */
  private keepStarts(): void {
    this.stages.forEach(({ start }, index) => {
      if (start.awaited) this.made.kept.set(`start of stage ${index}`, start);
    });
  }
}
