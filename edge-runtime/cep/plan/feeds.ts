import type { AppPlan, QueryPlan } from './plan.ts';
import { inputStreams } from './stages.ts';

/**
 * Everything that decides which events come on a stream, as text: its attributes, the queries that insert into it, and what
 * feeds those, all the way to the streams from outside; with the functions that the app defines, since any may be called.
 */
export function feedsOf(plan: AppPlan): (stream: string) => string {
  const written = [...plan.functions].filter(([, one]) => one.source !== undefined).map(([name, one]) => `${name} ${one.source}`);
  const found = new Map<string, string>();
  const into = new Map<string, QueryPlan[]>();
  for (const query of plan.queries) {
    const { target, kind } = query.output;
    if (kind === 'insert') into.set(target, [...(into.get(target) ?? []), query]);
  }
  return (stream) => {
    const known = found.get(stream);
    if (known !== undefined) return known;
    const text = [...written, ...upstream(stream, into).map((one) => describe(one, plan, into.get(one) ?? []))].join('\n');
    found.set(stream, text);
    return text;
  };
}

/** The stream and all streams behind it, in the order in which they are met. */
function upstream(stream: string, into: ReadonlyMap<string, readonly QueryPlan[]>): string[] {
  const met = new Set([stream]);
  // A set is walked in the order of insertion, what is added on the way included.
  for (const one of met) for (const query of into.get(one) ?? []) for (const input of inputStreams(query)) met.add(input);
  return [...met];
}

function describe(stream: string, plan: AppPlan, queries: readonly QueryPlan[]): string {
  const attributes = plan.streams.find((one) => one.name === stream)?.attributes ?? [];
  const form = `${stream}(${attributes.map((one) => `${one.name} ${one.type}`).join(', ')})`;
  return [form, ...queries.map((one) => one.definition).sort()].join(' <- ');
}
