import type { StateView } from '../api.ts';
import { fingerprint } from '../runtime/fingerprint.ts';
import type { AppIndex } from './app-index.ts';
import { feedsIn, feedsOf } from './feeds.ts';
import { predictionsOf } from './stages.ts';
import type { AggregatePlan } from './types.ts';
import type { AggregationPlan, AppPlan, HandlerPlan, NamedWindowPlan, PartitionPlan, QueryPlan, TablePlan, TriggerPlan } from './plan.ts';

/** Windows of which what was aggregated can be made again from what they hold. */
const REFILLABLE: ReadonlySet<string> = new Set(['length', 'time', 'timeLength', 'externalTime', 'sort']);

/** Whether what a query aggregates can be made again from its window, which no filter that remembers is in the way of. */
export function refills(handlers: readonly HandlerPlan[]): boolean {
  return handlers.some((one) => one.kind === 'window' && REFILLABLE.has(one.window.name)) && !handlers.some((one) => one.kind === 'aggregating-filter');
}

/** One thing that an app remembers: under which name the engine keeps it, and what it is. */
export interface StateIdentity {
  kept: string;
  /** The part of it that this is, where what is kept has several: of a partition what its queries remember for each key. */
  part?: string;
  /** The same in two versions of a text when one may take it over from the other. */
  id: string;
  /** What it was known as before it could be taken over; part of the app's shape. */
  shapeId: string;
  /** For people; undefined where it is a part of something else that is told. */
  view: StateView | undefined;
}

/**
 * What an app remembers, in the order in which it is told. A table or aggregation is what its definition says. A window, a
 * pattern, aggregators and the rest are what they are defined as and all that feeds them, so that nothing goes on that was
 * filled by other events than it would be now.
 */
export function statesOf(plan: AppPlan): StateIdentity[] {
  const events = JSON.stringify(plan.eventTimes);
  const gate: StateIdentity = { kept: 'event time', id: idOf('event-time', events), shapeId: idOf('event-time', events), view: undefined };
  return [...definedStates(plan, feedsOf(plan)), ...(plan.eventTimes.length === 0 ? [] : [gate]), ...plan.triggers.map(triggerState)];
}

/** What some rules and definitions of an app remember. */
export function statesOfParts(parts: StatefulParts, app: AppIndex): StateIdentity[] {
  return [...definedStates(parts, feedsIn(app)), ...parts.triggers.map(triggerState)];
}

type Rules = Pick<AppPlan, 'queries' | 'partitions'>;
export type StatefulParts = Rules & Pick<AppPlan, 'tables' | 'aggregations' | 'windows' | 'triggers'>;

function definedStates(parts: Omit<StatefulParts, 'triggers'>, feeds: Feeds): StateIdentity[] {
  return [...parts.tables.map(tableState), ...parts.aggregations.map(aggregationState), ...parts.windows.map((window) => windowState(window, feeds(window.name))), ...ruleStates(parts, feeds)];
}

function triggerState({ name, at }: TriggerPlan): StateIdentity {
  return { kept: `trigger ${name}`, id: idOf('trigger', `${name} ${JSON.stringify(at)}`), shapeId: '', view: undefined };
}

/** The queries of a partition are all among the rules, where the partition is. */
function ruleStates(rules: Rules, feeds: Feeds): StateIdentity[] {
  const { queries, partitions } = rules;
  return [
    ...partitions.flatMap((partition) => partitionStates(partition, partitionIdentity(partition, feeds), partsOf(partition, rules))),
    ...queries.flatMap((query) => {
      const partition = query.partition === undefined ? undefined : partitions.find((one) => one.index === query.partition);
      return partition === undefined ? queryStates(query, feeds) : inPartition(query, partition, partitionIdentity(partition, feeds), feeds);
    }),
  ];
}

function idOf(kind: string, identity: string): string {
  return `${kind}-${fingerprint(`${kind} ${identity}`)}`;
}

type Feeds = ReturnType<typeof feedsOf>;

/** In a partition nothing is made again from a window. */
function queryStates(query: QueryPlan, feeds: Feeds, isInPartition = false): StateIdentity[] {
  const states: StateIdentity[] = [];
  const { input, selection, texts, name, definition, output } = query;
  const add = (kind: string, suffix: string, identity: string, what?: string): void => {
    const id = idOf(kind, `${suffix}\n${identity}`);
    states.push({ kept: `${name}/${suffix}`, id, shapeId: what === undefined ? '' : idOf(kind, definition), view: what === undefined ? undefined : { id, query: name, what, definition } });
  };
  const source = [texts.input, output.events, ...inputsOf(query).map(feeds)].join('\n');
  const aggregates = selection.aggregates.length > 0 || selection.groupBy.length > 0;
  const refilled = !isInPartition && input.kind === 'single' && refills(input.handlers);
  // Where the aggregators cannot be made again from the window, the two go on together or not at all.
  const held = aggregates && !refilled ? `${source}\n${texts.select}` : source;
  // A filter that hears what leaves a window goes on with it or not at all.
  const ofFilter = (handlers: readonly HandlerPlan[], index: number): string => (handlers.slice(0, index).some((one) => one.kind === 'window') ? held : source);
  if (input.kind === 'single') {
    input.handlers.forEach((handler, index) => {
      if (handler.kind === 'window') add('window', `window${index}`, held, `${handler.window.label} window of ${input.stream}`);
      if (handler.kind === 'series') add('series', `series${index}`, source, `${handler.name} of ${input.stream}`);
      if (handler.kind === 'aggregating-filter') add('filter', `filter${index}`, ofFilter(input.handlers, index), `running ${namesOf(handler.aggregates)} of a filter of ${input.stream}`);
      if (handler.kind === 'predict') add('prediction', `predict${index}`, source, `events waiting for ${handler.reference}`);
    });
  } else if (input.kind === 'join') {
    for (const side of ['left', 'right'] as const) {
      input[side].handlers.forEach((handler: HandlerPlan, index) => {
        if (handler.kind === 'series') add('series', `${side}/series${index}`, source, `${handler.name} of ${input[side].name}`);
        if (handler.kind === 'aggregating-filter') add('filter', `${side}/filter${index}`, ofFilter(input[side].handlers, index), `running ${namesOf(handler.aggregates)} of a filter of ${input[side].name}`);
        if (handler.kind === 'window') add('window', `${side}/window${index}`, held, `${handler.window.label} window of ${input[side].name}`);
      });
      add('index', `${side}/index`, held);
    }
  } else {
    const streams = [...new Set(input.slots.map((one) => one.stream))].join(', ');
    add('pattern', 'pattern', source, `unfinished matches of the ${input.kind} over ${streams}`);
  }
  if (aggregates) {
    const what = selection.aggregates.length === 0 ? undefined : `running ${namesOf(selection.aggregates)}${selection.groupBy.length > 0 ? ' of each group' : ''}`;
    add('aggregators', 'selection', `${source}\n${texts.select}`, what);
    // What is told is whether it goes on, and made again from a window that is kept it does.
    const last = states.at(-1);
    if (refilled && last?.view !== undefined) last.view = { ...last.view, id: idOf('aggregators', source) };
  }
  if (query.rate !== undefined) add('rate', 'rate', `${source}\n${definition}`, query.rate.kind === 'snapshot' ? 'rows of the next snapshot' : 'rows held back until the next output');
  return states;
}

function namesOf(aggregates: readonly AggregatePlan[]): string {
  return [...new Set(aggregates.map((one) => one.name))].join(', ');
}

/** What the queries of a partition remember is kept with its keys, and goes on where the keys do. */
function inPartition(query: QueryPlan, partition: PartitionPlan, identity: string, feeds: Feeds): StateIdentity[] {
  return queryStates(query, feeds, true).map(({ kept, id: own, shapeId, view }) => {
    const idIn = (one: string): string => idOf('partition', `${identity}\n${one}`);
    return { kept: partStateName(partition.index, 0), part: kept, id: idIn(own), shapeId, view: view && { ...view, id: idIn(view.id), what: `${view.what}, for each key` } };
  });
}

function inputsOf({ input }: QueryPlan): string[] {
  if (input.kind === 'single') return [input.stream];
  if (input.kind === 'join') return [input.left.name, input.right.name];
  return [...new Set(input.slots.map((one) => one.stream))];
}

/** Its keys are those of the events of its streams. */
function partitionIdentity(partition: PartitionPlan, feeds: Feeds): string {
  return [partition.definition, ...[...partition.keys.keys()].map(feeds)].join('\n');
}

function told(kept: string, kind: string, definition: string, identity: string, what: string): StateIdentity {
  const id = idOf(kind, identity);
  return { kept, id, shapeId: `${kind}-${fingerprint(definition)}`, view: { id, query: '', what, definition } };
}

function windowState({ name, window, attributes }: NamedWindowPlan, feeds: string): StateIdentity {
  const definition = `${name}(${attributes.map((one) => `${one.name} ${one.type}`).join(', ')}) ${window.name}(${window.constants.map(String).join(', ')})`;
  return told(`window ${name}`, 'named-window', definition, `${definition}\n${feeds}`, `${window.label} window ${name}`);
}

/** The part of a partition in its earliest stage has its name; those behind predictions in it count on. */
export function partStateName(partition: number, part: number): string {
  return `partition ${partition}${part === 0 ? '' : ` behind ${part}`}`;
}

/** The partition whose keys are kept under a name, as its earliest part is called. */
export function firstPartOf(kept: string): string {
  return kept.replace(/ behind \d+$/, '');
}

/** In how many stages a partition has something to do. */
function partsOf(partition: PartitionPlan, plan: Rules): number {
  const queries = plan.queries.filter((one) => one.partition === partition.index);
  return new Set(queries.flatMap((one) => Array.from({ length: predictionsOf(one) + 1 }, (_, later) => one.stage + later))).size;
}

function partitionStates(partition: PartitionPlan, identity: string, parts: number): StateIdentity[] {
  const behind = Array.from({ length: Math.max(0, parts - 1) }, (_, index): StateIdentity => ({ kept: partStateName(partition.index, index + 1), id: idOf('partition', `${identity}\nbehind ${index + 1}`), shapeId: '', view: undefined }));
  const { id, shapeId } = told('', 'partition', partition.definition, identity, '');
  // What is told is what its queries remember: the keys go on with some of it or not at all.
  return [{ kept: partStateName(partition.index, 0), id, shapeId, view: undefined }, ...behind];
}

function tableState(table: TablePlan): StateIdentity {
  const definition = `${table.name}(${table.attributes.map((one) => `${one.name} ${one.type}`).join(', ')}) key ${table.primaryKey.join(',')}`;
  return told(`table ${table.name}`, 'table', definition, definition, `table ${table.name}`);
}

function aggregationState(aggregation: AggregationPlan): StateIdentity {
  const columns = aggregation.attributes.map((one) => `${one.name} ${one.type}`).join(', ');
  const definition = `${aggregation.name}(${columns}) by ${aggregation.groupBy.length} every ${aggregation.durations.join(', ')} of ${aggregation.columns.map((one) => one.kind).join(', ')}`;
  return told(`aggregation ${aggregation.name}`, 'aggregation', definition, definition, `aggregation ${aggregation.name}`);
}
