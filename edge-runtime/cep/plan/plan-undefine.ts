import { CepError } from '../api.ts';
import { didYouMean } from '../language/nearest-name.ts';
import type { AppIndex } from './app-index.ts';
import type { AppPlan, QueryPlan, StreamPlan } from './plan.ts';

/** Definitions that go, by kind; of an aggregation also the query that feeds it. */
export interface Undefined extends Pick<AppPlan, 'tables' | 'aggregations' | 'windows' | 'triggers' | 'eventTimes'> {
  /** All of their names, with those of their fault streams. */
  names: ReadonlySet<string>;
  /** Streams, windows, triggers and whatever else has attributes. */
  streams: StreamPlan[];
  queries: QueryPlan[];
}

/** Finds what is to be undefined. Throws `change.unknown-definition`. */
export function definitionsNamed(names: readonly string[], app: AppIndex): Undefined {
  const all = new Set<string>();
  const streams: StreamPlan[] = [];
  for (const name of names) {
    const stream = app.streams.get(name);
    if ((stream?.defined !== true || name.startsWith('!')) && !app.functions.has(name)) throw new CepError('change.unknown-definition', `There is no definition of '${name}'. ${didYouMean(name, [...app.streams.keys(), ...app.functions.keys()]) ?? ''}`.trimEnd());
    all.add(name);
    if (stream !== undefined) streams.push(stream);
    if (app.streams.has(`!${name}`)) all.add(`!${name}`);
  }
  const { aggregations, windows, triggers, eventTimes } = app.rest;
  const going = aggregations.filter((one) => all.has(one.name));
  return {
    names: all,
    streams,
    tables: [...app.tables.values()].filter((one) => all.has(one.name)),
    aggregations: going,
    windows: windows.filter((one) => all.has(one.name)),
    triggers: triggers.filter((one) => all.has(one.name)),
    eventTimes: eventTimes.filter((one) => all.has(one.stream)),
    queries: going.flatMap((one) => app.writers.get(one.name) ?? []),
  };
}

/**
 * Nothing that stays may make use of what goes. Where a stream or trigger is defined again with the same attributes, its users
 * stay: they know it by its name. Throws `change.still-used` or `change.event-time`.
 */
export function requireUnused({ names, eventTimes }: Undefined, going: ReadonlySet<QueryPlan>, gone: ReadonlySet<number>, app: AppIndex, added: AppPlan): void {
  if (names.size === 0) return;
  const partitions = [...app.partitions.values()].filter((one) => !gone.has(one.index));
  for (const name of names) {
    if (isReplaced(name, app, added)) continue;
    const user = [...(app.readers.get(name) ?? []), ...(app.writers.get(name) ?? [])].find((one) => !going.has(one)) ?? partitions.find((one) => one.keys.has(name)) ?? callerOf(name, going, app);
    if (user !== undefined) throw new CepError('change.still-used', `'${user.name}' makes use of '${name}'.`);
    const giver = app.rest.eventTimes.find((one) => one.late === name && !names.has(one.stream));
    if (giver !== undefined) throw new CepError('change.still-used', `The late events of '${giver.stream}' go to '${name}'.`);
  }
  if (eventTimes.length > 0 && eventTimes.length === app.rest.eventTimes.length && added.eventTimes.length === 0) {
    throw new CepError('change.event-time', 'Without its last stream that runs by the time of its own events, the time of the whole app would be another.');
  }
}

/** Streams and triggers are known by their names and attributes; who uses them finds the new one where the old one was. */
function isReplaced(name: string, app: AppIndex, added: AppPlan): boolean {
  const [former, next] = [app.streams.get(name), added.streams.find((one) => one.name === name)];
  const isFlow = (one: StreamPlan | undefined): one is StreamPlan => one?.kind === 'stream' || one?.kind === 'trigger';
  const isGuarded = app.streams.has(`!${name}`) || added.streams.some((one) => one.name === `!${name}`);
  const form = ({ attributes }: StreamPlan): string => attributes.map((one) => `${one.name} ${one.type}`).join(', ');
  return isFlow(former) && isFlow(next) && next.defined && !isGuarded && form(former) === form(next);
}

/** A query that calls a function, by its text. */
function callerOf(name: string, going: ReadonlySet<QueryPlan>, app: AppIndex): QueryPlan | undefined {
  if (!app.functions.has(name)) return undefined;
  const call = new RegExp(String.raw`(?<![\w.:#])${name}\s*\(`);
  return [...app.queries.values()].find((one) => !going.has(one) && (call.test(one.definition) || (one.partition !== undefined && call.test(app.partitions.get(one.partition)?.definition ?? ''))));
}
