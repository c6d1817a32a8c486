import { CepError, type Attribute, type Environment, type Row } from '../api.ts';
import type { OnDemandAnswer, OnDemandOptions } from '../engine-api.ts';
import { Diagnostics } from '../language/diagnostics.ts';
import { CURRENT, RESET, type Stage } from '../operators/stage.ts';
import type { Rollup } from '../operators/rollup/rollup.ts';
import type { AppPlan } from '../plan/plan.ts';
import { planOnDemand, type OnDemandPlan, type OnDemandSource } from '../plan/plan-on-demand.ts';
import { emitRange } from './build-aggregation.ts';
import { emitTableTest, tableReceiver, type RunningTable } from './build-table.ts';
import { emitMatching } from './emit-stored.ts';
import { emitPassing } from './emit-passing.ts';
import { emitCondition, emitSelection } from './emit-query.ts';
import { visibleTo, type OutputStage } from './query-output.ts';
import { GroupedSelector } from './grouped-selector.ts';
import { PlainSelector, TotalSelector } from './selector.ts';
import type { Clock } from './timers.ts';

/** Queries kept ready, the one used longest ago first. */
const KEPT_MAX = 50;
const ROWS_MAX = 100_000;

/** What can be asked. */
export interface Stores {
  tables: ReadonlyMap<string, RunningTable>;
  rollups: ReadonlyMap<string, Rollup>;
  /** What a named window holds now, oldest first; undefined when there is none of that name. */
  window(name: string): Iterable<Row> | undefined;
}

type Ask = (options: OnDemandOptions) => OnDemandAnswer;

/** Answers on-demand queries over a running app. Each text is checked and compiled once. */
export class OnDemand {
  private readonly plan: () => AppPlan;
  private readonly environment: Environment;
  private readonly stores: Stores;
  private readonly clock: Clock;
  private readonly kept = new Map<string, Ask>();

  /** `plan` gives the app as it is. */
  constructor(plan: () => AppPlan, environment: Environment, stores: Stores, clock: Clock) {
    this.plan = plan;
    this.environment = environment;
    this.stores = stores;
    this.clock = clock;
  }

  /** The app has become another; what was asked before is checked anew. */
  changed(): void {
    this.kept.clear();
  }

  /** Throws `CepError`: `query.failed` with every mistake of the text, `query.range`, `query.read-only`, or `limit.rows`. */
  ask(text: string, options: OnDemandOptions = {}): OnDemandAnswer {
    const known = this.kept.get(text);
    const ask = known ?? this.make(text);
    this.kept.delete(text);
    this.kept.set(text, ask);
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT_MAX && oldest !== undefined) this.kept.delete(oldest);
    return ask(options);
  }

  private make(text: string): Ask {
    const diagnostics = new Diagnostics(text);
    const plan = planOnDemand(text, this.plan(), this.environment, diagnostics);
    const [first] = diagnostics.list;
    if (plan === undefined || diagnostics.failed) {
      const place = first === undefined ? '' : `Line ${first.line}, column ${first.column}: ${first.message}`;
      throw new CepError('query.failed', place, diagnostics.list);
    }
    const read = this.reader(plan.source);
    const { change } = plan;
    return change === undefined ? this.selecting(plan, read) : this.changing(plan, change, read);
  }

  /** The rows that a query selects from. */
  private reader(source: OnDemandSource | undefined): () => Iterable<Row> {
    const { clock, stores } = this;
    if (source === undefined) return () => [[]];
    const running = stores.tables.get(source.name);
    if (running !== undefined) return this.stored(running, source);
    const rows = this.held(source);
    if (source.condition === undefined) return rows;
    const test = emitCondition(source.condition, 'row', clock, emitTableTest(stores.tables, clock));
    return () => [...rows()].filter((row) => test(clock.now, row));
  }

  private stored({ table }: RunningTable, { lookup, condition }: OnDemandSource): () => Iterable<Row> {
    const { clock } = this;
    const find = emitMatching(table, { event: 'q', held: 'r', lookup, condition }, clock, emitTableTest(this.stores.tables, clock));
    return () => find(clock.now, []).map((place) => table.row(place));
  }

  private held({ name, range }: OnDemandSource): () => Iterable<Row> {
    const { clock, stores } = this;
    const tables = emitTableTest(stores.tables, clock);
    const rollup = stores.rollups.get(name);
    if (rollup !== undefined && range !== undefined) {
      const find = emitRange(rollup.plan, range, 'q', clock, tables);
      return () => rollup.rows(find(clock.now, []));
    }
    return () => stores.window(name) ?? [];
  }

  private selecting({ selection }: OnDemandPlan, read: () => Iterable<Row>): Ask {
    const attributes: Attribute[] = [...selection.attributes];
    return ({ rowsMax = ROWS_MAX }) => {
      const rows = this.select(selection, read());
      if (rows.length > rowsMax) throw new CepError('limit.rows', `The query has ${rows.length} rows; at most ${rowsMax} are answered. Narrow it with 'on' or 'limit'.`);
      return { attributes, rows };
    };
  }

  private changing({ selection }: OnDemandPlan, { table, change }: NonNullable<OnDemandPlan['change']>, read: () => Iterable<Row>): Ask {
    const running = this.stores.tables.get(table);
    if (running === undefined) throw new TypeError(`The table '${table}' passed the checker and does not exist.`);
    const receiver = tableReceiver(running, change, this.clock, emitTableTest(this.stores.tables, this.clock));
    return ({ readOnly }) => {
      if (readOnly === true) throw new CepError('query.read-only', `This query would change the table '${table}', and only reading is allowed here.`);
      for (const row of this.select(selection, read())) receiver.one(this.clock.now, row);
      return { attributes: [], rows: [] };
    };
  }

  /** All rows as one chunk: an aggregating query answers once, or once a group. */
  private select(selection: OnDemandPlan['selection'], read: Iterable<Row>): Row[] {
    const { clock } = this;
    const rows: Row[] = [];
    const output: OutputStage = {
      one: (type, _, row) => {
        if (type !== RESET) rows.push(row);
      },
      chunk: (events) => {
        for (const { type, row } of events) if (type !== RESET) rows.push(row);
      },
    };
    const stage = this.stageOf(selection, visibleTo(output, selection));
    for (const row of read) stage.event(CURRENT, clock.now, row);
    stage.end();
    return rows;
  }

  private stageOf(selection: OnDemandPlan['selection'], output: OutputStage): Stage {
    const { clock } = this;
    const tables = emitTableTest(this.stores.tables, clock);
    const wanted = { current: true, expired: false };
    if (selection.aggregates.length === 0 && selection.groupBy.length === 0) return new PlainSelector(selection, wanted, emitPassing([], selection, 'row', clock, tables), output);
    const code = emitSelection(selection, 'row', false, clock, tables);
    return selection.groupBy.length > 0 ? new GroupedSelector(selection, wanted, code, output) : new TotalSelector(selection, wanted, code, output);
  }
}
