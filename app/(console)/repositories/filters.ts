import { createLoader, parseAsString } from 'nuqs/server';

/** What the address of the list holds; `connect` opens the form. */
export const repositoryFilterParsers = {
  query: parseAsString.withDefault(''),
  connect: parseAsString.withDefault(''),
};

export const loadRepositoryFilters = createLoader(repositoryFilterParsers);

export function listInput({ query }: { query: string }) {
  return { limit: 50, ...(query === '' ? {} : { query }) };
}
