import type { SearchHit } from './schema.ts';

/** Hits whose name is the query, then begins with it, then has it at the beginning of a word, then the rest; by name within each. */
export function rankHits(hits: readonly SearchHit[], query: string): SearchHit[] {
  const wanted = query.toLowerCase();
  const classOf = ({ name }: SearchHit): number => {
    const text = name.toLowerCase();
    if (text === wanted) return 0;
    if (text.startsWith(wanted)) return 1;
    return text.split(/[^a-z0-9]+/).some((word) => word.startsWith(wanted)) ? 2 : 3;
  };
  return [...hits].sort((a, b) => classOf(a) - classOf(b) || a.name.localeCompare(b.name));
}
