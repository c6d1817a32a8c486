import { createLoader, parseAsString, parseAsStringLiteral } from 'nuqs/server';

const sorts = ['name', '-name', 'publishedAt', '-publishedAt'] as const;

/** What the list's address holds; the same on the server for the first paint and in the browser. */
export const ruleFilters = { query: parseAsString.withDefault(''), sort: parseAsStringLiteral(sorts).withDefault('name') };

export const loadRuleFilters = createLoader(ruleFilters);

export function listInput({ query, sort }: { query: string; sort: (typeof sorts)[number] }) {
  return { ...(query === '' ? {} : { query }), sort, limit: 100 };
}

export const sortOf = (sort: string) => sorts.find((each) => each === sort) ?? null;
