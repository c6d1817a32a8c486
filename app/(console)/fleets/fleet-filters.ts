import { thenInput, thenParser } from '../../_data/then.ts';
import { createLoader, parseAsString, parseAsStringLiteral } from 'nuqs/server';

export const fleetSorts = ['name', '-name', 'nodes', '-nodes'] as const;

/** What the address of the list holds; `create` opens the form. */
export const fleetFilterParsers = {
  query: parseAsString.withDefault(''),
  sort: parseAsStringLiteral(fleetSorts).withDefault('name'),
  create: parseAsString.withDefault(''),
  ...thenParser,
};

export const loadFleetFilters = createLoader(fleetFilterParsers);

export function fleetListInputOf(filters: { query: string; sort: (typeof fleetSorts)[number]; at: Date | null }) {
  return { limit: 50, sort: filters.sort, ...thenInput(filters.at), ...(filters.query ? { query: filters.query } : {}) };
}
