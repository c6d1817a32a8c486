import type { AppIndex } from './app-index.ts';
import type { AppPlan, QueryPlan, StreamPlan } from './plan.ts';
import { inputStreams } from './stages.ts';

/**
 * Everything that decides which events come on a stream, as text: its attributes, the queries that insert into it, and what
 * feeds those, all the way to the streams from outside; with the functions that the app defines, since any may be called.
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
  const streams = new Map(plan.streams.map((one) => [one.name, one]));
  return feedsFrom(plan.functions, streams, (stream) => into.get(stream) ?? []);
}

/** The same of an app that changes. */
export function feedsIn({ functions, streams, writers }: AppIndex): (stream: string) => string {
  return feedsFrom(functions, streams, (stream) => (writers.get(stream) ?? []).filter((one) => one.output.kind === 'insert'));
}

type Into = (stream: string) => readonly QueryPlan[];

function feedsFrom(functions: AppPlan['functions'], streams: ReadonlyMap<string, StreamPlan>, into: Into): (stream: string) => string {
  const written = [...functions].filter(([, one]) => one.source !== undefined).map(([name, one]) => `${name} ${one.source}`);
  const found = new Map<string, string>();
  return (stream) => {
    const known = found.get(stream);
    if (known !== undefined) return known;
    const text = [...written, ...upstream(stream, into).map((one) => describe(one, streams, into(one)))].join('\n');
    found.set(stream, text);
    return text;
  };
}

/** The stream and all streams behind it, in the order in which they are met. */
function upstream(stream: string, into: Into): string[] {
  const met = new Set([stream]);
  // A set is walked in the order of insertion, what is added on the way included.
  for (const one of met) for (const query of into(one)) for (const input of inputStreams(query)) met.add(input);
  return [...met];
}

function describe(stream: string, streams: ReadonlyMap<string, StreamPlan>, queries: readonly QueryPlan[]): string {
  const attributes = streams.get(stream)?.attributes ?? [];
  const form = `${stream}(${attributes.map((one) => `${one.name} ${one.type}`).join(', ')})`;
  return [form, ...queries.map((one) => one.definition).sort()].join(' <- ');
}
