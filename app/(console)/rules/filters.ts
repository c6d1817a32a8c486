import { createLoader, parseAsString, parseAsStringLiteral } from 'nuqs/server';

/** What the list's address holds; the same on the server for the first paint and in the browser. */
export const ruleFilters = {
  query: parseAsString.withDefault(''),
  sort: parseAsStringLiteral(['name', '-name', 'publishedAt', '-publishedAt'] as const).withDefault('name'),
};

export const loadRuleFilters = createLoader(ruleFilters);

export function listInput({ query, sort }: { query: string; sort: 'name' | '-name' | 'publishedAt' | '-publishedAt' }) {
  return { ...(query === '' ? {} : { query }), sort, limit: 100 };
}
