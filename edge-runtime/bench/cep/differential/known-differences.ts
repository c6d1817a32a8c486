import type { Answer } from '../answer-case.ts';
import { ROW_DIFFERENCES, type KnownDifference } from './row-differences.ts';

/** Where Siddhi makes the app and we do not. */
function onlySiddhiMakes(siddhi: Answer, ours: Answer): boolean {
  return siddhi.types !== undefined && ours.types === undefined;
}

function onlyWeMake(siddhi: Answer, ours: Answer): boolean {
  return siddhi.types === undefined && ours.types !== undefined;
}

/** Apps that one makes and the other refuses, as it is wanted. Each stands in docs/siddhiql.md under the same words. */
const MADE_BY_ONE: readonly KnownDifference[] = [
  { name: 'an app fails on a missing object of its own', explains: (_, siddhi, ours) => onlyWeMake(siddhi, ours) && /Cannot invoke "|null pointer/.test(siddhi.error ?? '') },
  { name: 'the grammar has fewer patterns', explains: ({ app }, siddhi, ours) => onlyWeMake(siddhi, ours) && /->|,\s*e\d|not [A-Z]/.test(app) && (siddhi.error?.startsWith('SiddhiParserException') ?? false) },
  { name: 'sort and frequent have fewer forms', explains: ({ app }, siddhi, ours) => onlyWeMake(siddhi, ours) && /(sort|frequent)\(/i.test(app) && /parameterOverload|to be static|\. -1$/.test(siddhi.error?.split('\n')[0] ?? '') },
  { name: 'a condition that is a constant or an attribute alone is refused', explains: ({ app }, siddhi, ours) => onlyWeMake(siddhi, ours) && /having \w+( (order|limit|offset|output|insert)|$)/.test(app) },
  { name: 'a condition need not be a bool', explains: (_, siddhi, ours) => onlySiddhiMakes(siddhi, ours) && /takes a bool/.test(ours.error ?? '') },
  { name: 'arithmetic takes what is no number, and then fails for each event', explains: (_, siddhi, ours) => onlySiddhiMakes(siddhi, ours) && /takes numbers, found (bool|string|object)/.test(ours.error ?? '') },
  { name: 'a condition names a whole event or aggregates', explains: (_, siddhi, ours) => onlySiddhiMakes(siddhi, ours) && /no attribute 'a' here|is an aggregator/.test(ours.error ?? '') },
  { name: 'a table attribute takes another type', explains: (_, siddhi, ours) => onlySiddhiMakes(siddhi, ours) && /of 'T' is \w+, found/.test(ours.error ?? '') },
  { name: 'an aggregation is asked for times that it does not keep', explains: (_, siddhi, ours) => onlySiddhiMakes(siddhi, ours) && /is not aggregated by/.test(ours.error ?? '') },
];

/** The differences that may explain why two answers part. */
export function candidates(siddhi: Answer, ours: Answer): readonly KnownDifference[] {
  return onlySiddhiMakes(siddhi, ours) || onlyWeMake(siddhi, ours) ? MADE_BY_ONE : ROW_DIFFERENCES;
}
