import { createLoader, parseAsString, parseAsStringLiteral } from 'nuqs/server';
import type { Scope } from '../../../server/telemetry/schema.ts';
import { ranges } from '../../_data/ranges.ts';

/** What the address of the Live page holds: `scope` is `all`, `fleet:<id>` or `node:<id>`. */
export const liveParsers = {
  scope: parseAsString.withDefault('all'),
  range: parseAsStringLiteral(ranges).withDefault('1h'),
  stream: parseAsString.withDefault(''),
};

export const loadLiveFilters = createLoader(liveParsers);

/** A scope as it stands in an address; anything that is none is the whole organisation. */
export function parseScope(text: string): Scope {
  const match = /^(fleet|node):(.{1,64})$/.exec(text);
  const id = match?.[2];
  if (id === undefined) return { kind: 'all' };
  return match?.[1] === 'fleet' ? { kind: 'fleet', id } : { kind: 'node', id };
}

/** So many fleets and nodes are offered at a time. */
export const scopesToFind = (query: string) => ({ limit: 10, ...(query === '' ? {} : { query }) });
