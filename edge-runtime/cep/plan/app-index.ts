import type { AppPlan, PartitionPlan, QueryPlan, StreamPlan, TablePlan } from './plan.ts';
import { inputStreams, tablesRead } from './stages.ts';

/**
 * A running app's plan by names, which changes with the rules that come and go: a change of one rule of ten thousand then costs
 * what that rule costs. The order of each map is that of the text, with what was added behind it.
 */
export class AppIndex {
  readonly streams = new Map<string, StreamPlan>();
  readonly tables = new Map<string, TablePlan>();
  readonly functions: Map<string, AppPlan['functions'] extends ReadonlyMap<string, infer Definition> ? Definition : never>;
  readonly queries = new Map<string, QueryPlan>();
  readonly partitions = new Map<number, PartitionPlan>();
  /** The queries that put something into a stream, table or aggregation, and those that take or look up something there. */
  readonly writers = new Map<string, QueryPlan[]>();
  readonly readers = new Map<string, QueryPlan[]>();
  /** All that has no names to look it up by. */
  readonly rest: Pick<AppPlan, 'name' | 'aggregations' | 'windows' | 'triggers' | 'eventTimes' | 'sources' | 'sinks' | 'models'>;
  private listed: AppPlan | undefined;

  constructor(plan: AppPlan) {
    const { name, aggregations, windows, triggers, eventTimes, sources, sinks, models } = plan;
    this.rest = { name, aggregations: [...aggregations], windows: [...windows], triggers: [...triggers], eventTimes: [...eventTimes], sources: [...sources], sinks: [...sinks], models: [...models] };
    this.functions = new Map(plan.functions);
    this.enter(plan);
    this.listed = plan;
  }

  /** The app as it is now. */
  plan(): AppPlan {
    return (this.listed ??= {
      ...this.rest,
      streams: [...this.streams.values()],
      tables: [...this.tables.values()],
      functions: this.functions,
      partitions: [...this.partitions.values()],
      queries: [...this.queries.values()],
    });
  }

  add(plan: AppPlan): void {
    this.listed = undefined;
    for (const [name, definition] of plan.functions) this.functions.set(name, definition);
    this.rest.aggregations.push(...plan.aggregations);
    this.rest.windows.push(...plan.windows);
    this.rest.triggers.push(...plan.triggers);
    this.rest.eventTimes.push(...plan.eventTimes);
    this.rest.sources.push(...plan.sources);
    this.rest.sinks.push(...plan.sinks);
    this.rest.models.push(...plan.models);
    this.enter(plan);
  }

  remove({ queries, partitions, definitions }: Removed, streams: readonly string[]): void {
    this.listed = undefined;
    for (const one of partitions) this.partitions.delete(one.index);
    for (const one of streams) this.streams.delete(one);
    for (const one of queries) {
      this.queries.delete(one.name);
      leave(this.writers, one.output.target, one);
      for (const name of readBy(one)) leave(this.readers, name, one);
    }
    if (definitions.size > 0) this.undefine(definitions);
  }

  private undefine(names: ReadonlySet<string>): void {
    for (const name of names) for (const map of [this.streams, this.tables, this.functions]) map.delete(name);
    const { rest } = this;
    const stays = (name: string): boolean => !names.has(name);
    rest.aggregations = rest.aggregations.filter((one) => stays(one.name));
    rest.windows = rest.windows.filter((one) => stays(one.name));
    rest.triggers = rest.triggers.filter((one) => stays(one.name));
    rest.eventTimes = rest.eventTimes.filter((one) => stays(one.stream));
    rest.sources = rest.sources.filter((one) => stays(one.stream));
    rest.sinks = rest.sinks.filter((one) => stays(one.stream));
  }

  private enter({ streams, tables, partitions, queries }: AppPlan): void {
    for (const one of streams) this.streams.set(one.name, one);
    for (const one of tables) this.tables.set(one.name, one);
    for (const one of partitions) this.partitions.set(one.index, one);
    for (const one of queries) {
      this.queries.set(one.name, one);
      join(this.writers, one.output.target, one);
      for (const name of readBy(one)) join(this.readers, name, one);
    }
  }
}

/** What a query takes events from or looks into. */
export function readBy(query: QueryPlan): string[] {
  return [...inputStreams(query), ...tablesRead(query)];
}

function join(map: Map<string, QueryPlan[]>, name: string, query: QueryPlan): void {
  const known = map.get(name);
  if (known === undefined) map.set(name, [query]);
  else if (known.at(-1) !== query) known.push(query);
}

function leave(map: Map<string, QueryPlan[]>, name: string, query: QueryPlan): void {
  const known = map.get(name) ?? [];
  const at = known.indexOf(query);
  if (at >= 0) known.splice(at, 1);
  if (known.length === 0) map.delete(name);
}

/** What of an app is taken out: rules, and definitions by their names. */
export interface Removed extends Pick<AppPlan, 'queries' | 'partitions'> {
  definitions: ReadonlySet<string>;
}

/** An app that a text is added to, without what goes in the same moment. */
export interface Base {
  app: AppIndex;
  /** The first free index of partitions. */
  partitionsFrom: number;
  hiddenQueries: ReadonlySet<string>;
  /** Streams that go, and definitions of any kind. */
  hiddenNames: ReadonlySet<string>;
}
