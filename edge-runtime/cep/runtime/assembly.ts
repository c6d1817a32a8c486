import { CepError, type Row } from '../api.ts';
import type { EngineOptions } from '../engine-api.ts';
import { didYouMean } from '../language/nearest-name.ts';
import type { Rollup } from '../operators/rollup/rollup.ts';
import type { Stateful } from '../operators/stage.ts';
import { queryKeyOf } from '../plan/conjuncts.ts';
import { partStateName } from '../plan/describe-state.ts';
import type { AggregationPlan, AppPlan, NamedWindowPlan, PartitionPlan, QueryPlan, TablePlan, TriggerPlan } from '../plan/plan.ts';
import { feedsItself, inputStreams } from '../plan/stages.ts';
import { makeRollup, rollupReceiver } from './build-aggregation.ts';
import { buildJoin } from './build-join.ts';
import { buildPartition } from './build-partition.ts';
import { buildQuery } from './build-query.ts';
import type { PredictionPlace, QueryContext } from './query-context.ts';
import { emitTableTest, makeTable, tableReceiver, type RunningTable } from './build-table.ts';
import { makeJunctions } from './guarded-junction.ts';
import type { Receiver } from './receiver.ts';
import { NOWHERE, type BatchBook, type Junction } from './junction.ts';
import { RunningWindow } from './named-windows.ts';
import type { RunningPartition } from './partition.ts';
import type { Predictions } from './predictions.ts';
import type { Provenance } from './provenance.ts';
import { QueryCode } from './query-code.ts';
import { QueryEars } from './query-output.ts';
import { RunningRule } from './running-rule.ts';
import { sendingOn, type KeyedSend, type StageChain } from './stage-chain.ts';
import { RATE_PLACE, type Port, type StageRuntime } from './stage-runtime.ts';
import { startTrigger } from './triggers.ts';

/** What comes and goes as one: a query outside partitions, a partition, or what is defined. */
export type Rule = QueryPlan | PartitionPlan | TablePlan | AggregationPlan | NamedWindowPlan | TriggerPlan;

/** What all that is made of an app shares. */
export interface AssemblyParts {
  chain: StageChain;
  predictions: Predictions;
  book: BatchBook;
  provenance: Provenance | undefined;
  watch: EngineOptions['watch'];
  /** The clock stops at every timer. */
  exact: boolean;
}

/** The parts of a running app: made from a plan, and from plans that are added to it while it runs. */
export class Assembly {
  readonly junctions = new Map<string, Junction>();
  readonly windows = new Map<string, RunningWindow>();
  readonly tables = new Map<string, RunningTable>();
  readonly rollups = new Map<string, Rollup>();
  /** Who hears the queries, by their names. */
  readonly ears = new Map<string, QueryEars>();
  readonly kept = new Map<string, Stateful>();
  /** How the aggregators of a query are made again from what its window holds. */
  readonly refills = new Map<string, () => void>();
  partitions: RunningPartition[] = [];
  /** By what is planned of each. */
  private readonly rules = new Map<Rule, RunningRule>();
  private readonly codes = new Map<StageRuntime, QueryCode>();
  private readonly parts: AssemblyParts;
  /** Triggers of a running app that are still to ring at their start. */
  private readonly starts: { name: string; ring: () => void }[] = [];
  /** The app runs already. */
  private late = false;

  constructor(parts: AssemblyParts) {
    this.parts = parts;
  }

  /** Makes what a plan has, behind all that is there. `whole` gives the plan of the app with it; streams without a stage are in the first. */
  add(plan: AppPlan, whole: () => AppPlan, stageOf: ReadonlyMap<string, number>): void {
    const { chain, book, exact } = this.parts;
    for (const one of plan.tables) {
      const rule = this.begin(one, []);
      const running = makeTable(one, this.parts.provenance !== undefined);
      this.tables.set(one.name, running);
      rule.leaves(() => this.tables.delete(one.name));
      this.keep(`table ${one.name}`, running.table, rule);
    }
    for (const [name, junction] of makeJunctions(plan.streams, book)) if (!this.junctions.has(name)) this.junctions.set(name, junction);
    for (const one of plan.aggregations) {
      const rule = this.begin(one, []);
      const runtime = chain.at(stageOf.get(one.name) ?? 0);
      const rollup = makeRollup(one, runtime.clock, this.codeOf(runtime).tables, exact);
      this.rollups.set(one.name, rollup);
      rule.leaves(() => this.rollups.delete(one.name));
      this.keep(`aggregation ${one.name}`, rollup, rule);
    }
    for (const one of plan.windows) this.startWindow(one, chain.at(stageOf.get(one.name) ?? 0));
    const begun = new Set<number>();
    for (const query of plan.queries) {
      const partition = query.partition === undefined ? undefined : plan.partitions.find((one) => one.index === query.partition);
      if (partition === undefined) this.start(query, stageOf);
      else if (!begun.has(partition.index)) {
        begun.add(partition.index);
        this.startPartition(partition, plan, whole, stageOf);
      }
    }
    for (const one of plan.triggers) this.startTrigger(one);
  }

  /** The app is made; what comes to it from now on comes to a running one. */
  run(): void {
    this.late = true;
  }

  /** Rings the triggers that were added to a running app and ring at their start, but for those of some names. */
  ringStarts(but: ReadonlySet<string>): void {
    for (const { name, ring } of this.starts.splice(0)) if (!but.has(name)) ring();
  }

  /** Takes a part out of the app: no event reaches it any more and nothing of it rings. Who hears it is kept, for one of its name that may come. */
  remove(rule: Rule): void {
    const running = this.rules.get(rule);
    if (running === undefined) return;
    this.rules.delete(rule);
    running.end();
    for (const id of running.kept) this.kept.delete(id);
    for (const name of running.queries) {
      this.refills.delete(name);
      if (this.ears.get(name)?.listeners.length === 0) this.ears.delete(name);
    }
    for (const id of running.ports) {
      this.parts.predictions.close(id);
      this.parts.chain.close(id);
    }
    this.partitions = this.partitions.filter((one) => !running.partitions.includes(one));
  }

  /** Takes a stream out that nothing makes and nothing reads any more, unless somebody outside hears it. */
  removeStream(name: string): void {
    if (this.junctions.get(name)?.idle === true) this.junctions.delete(name);
  }

  /** What a rule remembers, by the names that snapshots have. */
  stateOf(rule: Rule): Map<string, Stateful> {
    const ids = this.rules.get(rule)?.kept ?? [];
    return new Map(ids.flatMap((id) => {
      const state = this.kept.get(id);
      return state === undefined ? [] : [[id, state] as const];
    }));
  }

  junction(stream: string): Junction {
    const junction = this.junctions.get(stream);
    if (junction !== undefined) return junction;
    throw new CepError('name.unknown-stream', `There is no stream '${stream}'. ${didYouMean(stream, this.junctions.keys()) ?? ''}`.trimEnd());
  }

  /** What a named window holds now, oldest first. */
  windowRows(name: string): Row[] {
    return this.windows.get(name)?.rows() ?? [];
  }

  private startWindow(plan: NamedWindowPlan, runtime: StageRuntime): void {
    const rule = this.begin(plan, []);
    const running = new RunningWindow(plan, { clock: runtime.clock, code: this.codeOf(runtime), alarm: (ring) => rule.rings(runtime.alarm(ring)) });
    this.windows.set(plan.name, running);
    rule.leaves(() => this.windows.delete(plan.name));
    const junction = this.junction(plan.name);
    running.outlet.listen((timestamp, row) => junction.one(timestamp, row));
    this.keep(`window ${plan.name}`, running.window, rule);
  }

  private startTrigger(plan: TriggerPlan): void {
    const rule = this.begin(plan, []);
    const { now, alarm } = startTrigger(plan, this.parts.chain.first, this.junction(plan.name), rule, this.late);
    if (now !== undefined) this.starts.push({ name: plan.name, ring: now });
    if (alarm !== undefined) this.keep(...alarm, rule);
  }

  private startPartition(plan: PartitionPlan, app: AppPlan, whole: () => AppPlan, stageOf: ReadonlyMap<string, number>): void {
    const { chain } = this.parts;
    const queries = app.queries.filter((one) => one.partition === plan.index);
    const rule = this.begin(plan, queries);
    const parts = buildPartition(plan, queries, {
      chain,
      stageOf,
      loops: feedsItself(whole(), plan.index),
      contextOf: (query, stage) => this.contextOf(query, stage, this.targetOf(query, stageOf), stageOf.get(query.output.target) ?? stage, rule),
      predict: (prediction, stage, receiver) => this.seam(prediction, stage, receiver),
      isWindow: (stream) => this.windows.has(stream),
      source: (stream) => ({ subscribe: (receiver) => rule.leaves((this.windows.get(stream) ?? this.junction(stream)).subscribe(receiver)) }),
    });
    this.partitions.push(...parts);
    rule.partitions.push(...parts);
    parts.forEach((running, index) => this.keep(partStateName(plan.index, index), running.memory, rule));
    rule.ports = chain.portsSince(rule.portsBefore);
  }

  private start(query: QueryPlan, stageOf: ReadonlyMap<string, number>): void {
    const { chain, watch } = this.parts;
    const rule = this.begin(query, [query]);
    const target = this.targetOf(query, stageOf);
    const running = buildQuery(query, this.contextOf(query, query.stage, target, stageOf.get(query.output.target) ?? 0, rule));
    const key = watch === undefined ? queryKeyOf(query) : undefined;
    for (const stream of new Set(inputStreams(query))) {
      const receiver = chain.crossing(stageOf.get(stream) ?? 0, query.stage, `${query.name}/from ${stream}`, running.receiver(stream));
      const window = this.windows.get(stream);
      if (window !== undefined) rule.leaves(window.subscribe(receiver, query.input.kind === 'pattern' || query.input.kind === 'sequence'));
      else if (key === undefined) rule.leaves(this.junction(stream).subscribe(receiver));
      else rule.leaves(this.junction(stream).subscribeKeyed(key, receiver));
    }
    rule.ports = chain.portsSince(rule.portsBefore);
  }

  private begin(of: Rule, queries: readonly QueryPlan[]): RunningRule {
    const names = queries.map((one) => one.name);
    for (const one of names) if (!this.ears.has(one)) this.ears.set(one, new QueryEars());
    const rule = new RunningRule(names, this.parts.chain.portCount);
    this.rules.set(of, rule);
    return rule;
  }

  private keep(id: string, state: Stateful, rule: RunningRule): void {
    this.kept.set(id, state);
    rule.kept.push(id);
  }

  /** Where a query's rows go: a stream, or a change of a table on the table's own clock. */
  private targetOf(query: QueryPlan, stageOf: ReadonlyMap<string, number>): Receiver {
    const { target, change } = query.output;
    const rollup = this.rollups.get(target);
    if (rollup !== undefined) return rollupReceiver(rollup);
    // What goes into an inner stream stays in the partition, which replaces this target.
    if (target.startsWith('#')) return NOWHERE;
    if (change === undefined) return this.windows.get(target)?.entry ?? this.junction(target);
    const { clock } = this.parts.chain.at(stageOf.get(target) ?? 0);
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

  private contextOf(query: QueryPlan, stage: number, target: Receiver, targetStage: number, rule: RunningRule): QueryContext {
    const { chain, provenance, watch } = this.parts;
    const runtime = chain.at(stage);
    const code = this.codeOf(runtime);
    let place = runtime.reserve();
    const last = place + RATE_PLACE;
    return {
      clock: runtime.clock,
      alarm: (ring, behind) => rule.rings(runtime.alarm(ring, behind === true ? last : place++)),
      begin: (begin) => rule.leaves(this.late ? runtime.beginLate(begin) : runtime.start.add(begin)),
      target: chain.crossing(stage, targetStage, `${query.name}/to ${query.output.target}`, target),
      ears: this.ears.get(query.name) ?? new QueryEars(),
      provenance,
      keyAtHand: () => undefined,
      watch,
      code,
      tables: code.tables,
      table: (name) => this.table(name),
      windowRows: (name) => this.windowRows(name),
      rollup: (name) => this.rollup(name),
      join: buildJoin,
      keep: (id, state) => this.keep(id, state, rule),
      refill: (name, run) => this.refills.set(name, run),
      predict: (prediction, build) => {
        const later = build(this.contextOf(query, stage + 1, target, targetStage, rule));
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
    const { chain, predictions } = this.parts;
    const [before, after] = [chain.at(stage), chain.at(stage + 1)];
    const values = this.codeOf(before).values(handler.arguments, 'row');
    return predictions.seam(id, handler.reference, handler.signature, values, chain.port(id, receiver, query.name), after, before.clock);
  }
}
