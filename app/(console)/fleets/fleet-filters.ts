import { createLoader, parseAsString, parseAsStringLiteral } from 'nuqs/server';

export const fleetSorts = ['name', '-name', 'nodes', '-nodes'] as const;

/** What the address of the list holds; `create` opens the form. */
export const fleetFilterParsers = {
  query: parseAsString.withDefault(''),
  sort: parseAsStringLiteral(fleetSorts).withDefault('name'),
  create: parseAsString.withDefault(''),
};

export const loadFleetFilters = createLoader(fleetFilterParsers);

export function fleetListInputOf(filters: { query: string; sort: (typeof fleetSorts)[number] }) {
  return { limit: 50, sort: filters.sort, ...(filters.query ? { query: filters.query } : {}) };
}
