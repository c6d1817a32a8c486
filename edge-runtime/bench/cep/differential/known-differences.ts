import type { Answer, Case } from '../answer-case.ts';

/** A difference that we want: a defect of Siddhi's, named in docs/siddhiql.md. */
export interface KnownDifference {
  name: string;
  explains(one: Case, siddhi: Answer, ours: Answer): boolean;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  // A side of `and` or `or` that looks at the other side, for example.
  { name: 'fails-on-a-missing-object-of-its-own', explains: (_, siddhi, ours) => siddhi.types === undefined && ours.types !== undefined && /Cannot invoke "|null pointer/.test(siddhi.error ?? '') },
  { name: 'maximum-and-minimum-start-from-a-number', explains: ({ app }) => /(maximum|minimum)\(/.test(app) },
];

export function knownDifference(one: Case, siddhi: Answer, ours: Answer): string | undefined {
  return KNOWN_DIFFERENCES.find((known) => known.explains(one, siddhi, ours))?.name;
}
