import type { AppIndex } from './app-index.ts';
import type { AppPlan, NamedWindowPlan, PartitionPlan, QueryPlan, StreamPlan, TriggerPlan } from './plan.ts';
import { inputStreams } from './stages.ts';

/**
 * Everything that decides which events come on a stream, as text: its attributes, the window or trigger that it is, the queries that insert
 * into it with the keys of their partitions, and what feeds those, all the way to the streams from outside; with the functions
 * that the app defines, since any may be called.
 */
export function feedsOf(plan: AppPlan): (stream: string) => string {
  const into = new Map<string, QueryPlan[]>();
  for (const query of plan.queries) {
    const { target, kind } = query.output;
    if (kind !== 'insert') continue;
    const known = into.get(target);
    if (known === undefined) into.set(target, [query]);
    else known.push(query);
  }
  return feedsFrom({
    functions: plan.functions,
    streams: new Map(plan.streams.map((one) => [one.name, one])),
    windows: plan.windows,
    triggers: plan.triggers,
    partitions: new Map(plan.partitions.map((one) => [one.index, one])),
    into: (stream) => into.get(stream) ?? [],
  });
}

/** The same of an app that changes. */
export function feedsIn({ functions, streams, partitions, writers, rest: { windows, triggers } }: AppIndex): (stream: string) => string {
  return feedsFrom({ functions, streams, windows, triggers, partitions, into: (stream) => (writers.get(stream) ?? []).filter((one) => one.output.kind === 'insert') });
}

interface Around {
  functions: AppPlan['functions'];
  streams: ReadonlyMap<string, StreamPlan>;
  windows: readonly NamedWindowPlan[];
  triggers: readonly TriggerPlan[];
  partitions: ReadonlyMap<number, PartitionPlan>;
  into(stream: string): readonly QueryPlan[];
}

function feedsFrom(around: Around): (stream: string) => string {
  const written = [...around.functions].filter(([, one]) => one.source !== undefined).map(([name, one]) => `${name} ${one.source}`);
  const found = new Map<string, string>();
  return (stream) => {
    const known = found.get(stream);
    if (known !== undefined) return known;
    const text = [...written, ...upstream(stream, around).map((one) => describe(one, around))].join('\n');
    found.set(stream, text);
    return text;
  };
}

/** The stream and all streams behind it, in the order in which they are met. */
function upstream(stream: string, { into }: Around): string[] {
  const met = new Set([stream]);
  // A set is walked in the order of insertion, what is added on the way included.
  for (const one of met) for (const query of into(one)) for (const input of inputStreams(query)) met.add(input);
  return [...met];
}

function describe(stream: string, { streams, windows, triggers, partitions, into }: Around): string {
  const attributes = streams.get(stream)?.attributes ?? [];
  const form = `${stream}(${attributes.map((one) => `${one.name} ${one.type}`).join(', ')})`;
  const window = windows.find((one) => one.name === stream);
  const trigger = triggers.find((one) => one.name === stream);
  const own = window === undefined ? form : `${form} ${windowText(window)}`;
  return [trigger === undefined ? own : `${own} ${JSON.stringify(trigger.at)}`, ...into(stream).map((one) => textOf(one, partitions)).sort()].join(' <- ');
}

function windowText({ window, events }: NamedWindowPlan): string {
  const parameters = window.arguments.map((one) => (one.kind === 'constant' ? String(one.value) : JSON.stringify(one)));
  return `${window.name}(${parameters.join(', ')}) ${events}`;
}

function textOf({ partition, definition }: QueryPlan, partitions: ReadonlyMap<number, PartitionPlan>): string {
  const around = partition === undefined ? undefined : partitions.get(partition);
  return around === undefined ? definition : `${around.definition} ${definition}`;
}
