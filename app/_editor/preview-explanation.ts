import type { Cause, Row } from '@selvedge/edge-runtime/cep';
import { plain } from '@selvedge/edge-runtime/cep/preview';
import type { Explanation } from './preview-protocol.ts';

/** How deep an explanation follows rows back when nothing else is said, and how many events it names at each step. */
const EXPLAINED_LEVELS = 6;
const EXPLAINED_EVENTS_MAX = 12;

/** A run that knows what its rows were made of. */
interface Explaining {
  causesOf(row: Row): Cause | undefined;
  namesIn(query: string, stream: string): string[];
}

/** What a row was made of, and what that was made of in turn; undefined of a row from outside. */
export function explanationOf(run: Explaining, row: Row, levels = EXPLAINED_LEVELS): Explanation | undefined {
  const cause = run.causesOf(row);
  if (cause === undefined) return undefined;
  return {
    query: cause.query,
    inputs: cause.inputs.map(({ name, stream, total, events }) => {
      const names = run.namesIn(cause.query, stream);
      return {
        name,
        stream,
        total,
        events: shown(events).map(({ timestamp, row: inner }) => {
          const because = levels > 0 ? explanationOf(run, inner, levels - 1) : undefined;
          return { stream, at: timestamp, data: Object.fromEntries(inner.map((value, place) => [names[place] ?? `value ${place + 1}`, plain(value)])), ...(because === undefined ? {} : { because }) };
        }),
      };
    }),
  };
}

function shown<T>(events: readonly T[]): readonly T[] {
  const half = EXPLAINED_EVENTS_MAX / 2;
  return events.length <= EXPLAINED_EVENTS_MAX ? events : [...events.slice(0, half), ...events.slice(-half)];
}
