import type { Answer, Case, OutEntry } from '../answer-case.ts';
import { comparable } from './compare.ts';

/** A difference that we want: a defect of Siddhi's, named in docs/siddhiql.md. */
export interface KnownDifference {
  name: string;
  explains(one: Case, siddhi: Answer, ours: Answer): boolean;
}

/** Where Siddhi makes the app and we do not. */
function onlySiddhiMakes(siddhi: Answer, ours: Answer): boolean {
  return siddhi.types !== undefined && ours.types === undefined;
}

function onlyWeMake(siddhi: Answer, ours: Answer): boolean {
  return siddhi.types === undefined && ours.types !== undefined;
}

/** The same rows in each entry, in any order; and with `entries` the entries themselves in any order, too. */
function sameButForOrder(siddhi: Answer, ours: Answer, entries = false): boolean {
  const sorted = ({ out }: Answer): string => {
    const groups = comparable(
      out.map(({ in: arrived, removed, rows, ...rest }) => ({
        ...rest,
        ...Object.fromEntries(Object.entries({ in: arrived, removed, rows }).map(([name, list]) => [name, list?.map((row) => JSON.stringify(row)).sort()])),
      })),
      entries,
    );
    return JSON.stringify(entries ? Object.values(groups).map((group) => group.map((one) => JSON.stringify(one)).sort()) : groups);
  };
  return sorted(siddhi) === sorted(ours);
}

/** Siddhi has fewer rows than we. */
function onlyFewerRows(siddhi: Answer, ours: Answer): boolean {
  const counts = ({ out }: Answer): number => out.reduce((sum, { in: arrived, removed, rows }) => sum + (arrived?.length ?? 0) + (removed?.length ?? 0) + (rows?.length ?? 0), 0);
  return counts(siddhi) < counts(ours);
}

/** Two events of one stream are the same, times and all. */
function equalEventsAtOneTime({ steps }: Case): boolean {
  const events = steps.flatMap((step) => ('length' in step ? [JSON.stringify(step)] : 'batch' in step ? step.events.map(([time, row]) => JSON.stringify([step.batch, time, row])) : []));
  return new Set(events).size < events.length;
}

/** Siddhi lost an event to an exception: fewer rows of an input stream were heard than were sent. */
function lostAnEvent(one: Case, siddhi: Answer): boolean {
  const sent = one.steps.reduce((sum, step) => sum + ('length' in step ? 1 : 'batch' in step ? step.events.length : 0), 0);
  const streams = new Set(one.steps.flatMap((step) => ('length' in step ? [step[0]] : 'batch' in step ? [step.batch] : [])));
  const heard = siddhi.out.reduce((sum, entry) => sum + (streams.has(entry.of.replace('stream ', '')) ? (entry.rows?.length ?? 0) : 0), 0);
  return heard < sent;
}

/** A sequence of which the first and the last step may take nothing. */
const EMPTY_AT_BOTH_ENDS = /from (every )?e1=[^,]*[*?], ([^']*, )?[^,]*[*?]( within [^']*?)? select/;

/** Entry for entry Siddhi has the same first rows, and lacks some of the last. */
function cutShort(siddhi: Answer, ours: Answer): boolean {
  const entries = ({ out }: Answer): OutEntry[] => out.filter(({ of }) => of.startsWith('query '));
  const [short, whole] = [entries(siddhi), entries(ours)];
  return short.length === whole.length && short.every(({ of, in: rows = [] }, index) => of === whole[index]?.of && rows.length > 0 && rows.every((row, at) => JSON.stringify(row) === JSON.stringify(whole[index]?.in?.[at])));
}

/** All single rows of Siddhi's are among ours, in whatever chunks and at whatever times. */
function weSayMoreRows(siddhi: Answer, ours: Answer): boolean {
  const rows = ({ out }: Answer): string[] => out.flatMap(({ of, in: arrived = [], removed = [], rows: heard = [] }) => [...arrived, ...removed, ...heard].map(([, values]) => JSON.stringify([of, values])));
  const said = rows(ours);
  return rows(siddhi).every((row) => {
    const at = said.indexOf(row);
    if (at >= 0) said.splice(at, 1);
    return at >= 0;
  });
}

/** Apps that one makes and the other refuses, as it is wanted. Each stands in docs/siddhiql.md under the same words. */
const MADE_BY_ONE: readonly KnownDifference[] = [
  { name: 'an app fails on a missing object of its own', explains: (_, siddhi, ours) => onlyWeMake(siddhi, ours) && /Cannot invoke "|null pointer/.test(siddhi.error ?? '') },
  { name: 'the grammar has fewer patterns', explains: ({ app }, siddhi, ours) => onlyWeMake(siddhi, ours) && /->|,\s*e\d|not [A-Z]/.test(app) && (siddhi.error?.startsWith('SiddhiParserException') ?? false) },
  { name: 'sort and frequent have fewer forms', explains: ({ app }, siddhi, ours) => onlyWeMake(siddhi, ours) && /(sort|frequent)\(/i.test(app) && /parameterOverload|to be static|\. -1$/.test(siddhi.error?.split('\n')[0] ?? '') },
  { name: 'a constant condition is refused', explains: ({ app }, siddhi, ours) => onlyWeMake(siddhi, ours) && /having (true|false)/.test(app) },
  { name: 'a condition need not be a bool', explains: (_, siddhi, ours) => onlySiddhiMakes(siddhi, ours) && /takes a bool/.test(ours.error ?? '') },
  { name: 'arithmetic takes what is no number, and then fails for each event', explains: (_, siddhi, ours) => onlySiddhiMakes(siddhi, ours) && /takes numbers, found (bool|string|object)/.test(ours.error ?? '') },
  { name: 'a condition names a whole event or aggregates', explains: (_, siddhi, ours) => onlySiddhiMakes(siddhi, ours) && /no attribute 'a' here|is an aggregator/.test(ours.error ?? '') },
  { name: 'a table attribute takes another type', explains: (_, siddhi, ours) => onlySiddhiMakes(siddhi, ours) && /of 'T' is \w+, found/.test(ours.error ?? '') },
  { name: 'an aggregation is asked for times that it does not keep', explains: (_, siddhi, ours) => onlySiddhiMakes(siddhi, ours) && /is not aggregated by/.test(ours.error ?? '') },
];

/** The differences that are wanted where both make the app. Each stands in docs/siddhiql.md under the same words. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  { name: 'a question to a batch window that nothing else looks into fails', explains: ({ app }, siddhi, ours) => /define window .*(lengthBatch|timeBatch|externalTimeBatch|batch)\(/.test(app) && ours.error === undefined && /Cannot invoke "|null/.test(siddhi.error ?? '') },
  { name: 'a question for a missing number as primary key fails', explains: ({ app, steps }, siddhi, ours) => /@primaryKey\('v'\)/.test(app) && JSON.stringify(steps).includes('is null') && siddhi.error !== undefined && ours.error === undefined },
  { name: 'an average of an aggregation counts missing values', explains: ({ app }) => /define aggregation .*avg\(/.test(app) },
  { name: 'a deleted last row takes later ones along', explains: ({ app, steps }) => / delete T /.test(app) || steps.some((step) => 'query' in step && step.query.includes(' delete T ')) },
  { name: 'maximum and minimum start from a number', explains: ({ app }) => /(maximum|minimum)\(/.test(app) },
  { name: 'unionSet keeps what it held twice', explains: ({ app }) => app.includes('unionSet(') },
  { name: 'rows come in hash order', explains: ({ app }, siddhi, ours) => /@index|@primaryKey/.test(app) && sameButForOrder(siddhi, ours) },
  { name: 'equal rows of a table with an index are one', explains: (one) => /@index/.test(one.app) && equalEventsAtOneTime(one) },
  { name: 'the time of an event that a pattern did not take is an exception', explains: ({ app }, siddhi, ours) => /eventTimestamp\(e\d/.test(app) && weSayMoreRows(siddhi, ours) },
  { name: 'a missing value in a sort window is an exception', explains: (one, siddhi, ours) => /sort\(/.test(one.app) && JSON.stringify(one.steps).includes('null') && weSayMoreRows(siddhi, ours) },
  { name: 'a time batch in a partition ends for one key, and goes on for the others', explains: ({ app }) => /partition with.*timeBatch/s.test(app) },
  { name: 'of two partition keys due at the same time, one timer rings', explains: ({ app }, siddhi, ours) => /partition with.*(time|for \d)/s.test(app) && (weSayMoreRows(siddhi, ours) || weSayMoreRows(ours, siddhi)) },
  { name: 'max and min over a named, session or expressionBatch window begin anew when an event leaves', explains: ({ app }) => /(define window .* from W[^;]*|session\(.*|expressionBatch\(.*)(max|min)\(/s.test(app) },
  { name: 'distinctCount over a join fails where the last event of a group leaves', explains: ({ app }) => / join .*distinctCount\(.*group by/s.test(app) },
  { name: 'distinctCount over batches of a chunk fails where an event leaves', explains: ({ app }, siddhi, ours) => /window\.batch\(.*distinctCount\(/s.test(app) && weSayMoreRows(siddhi, ours) },
  { name: 'a row of a join that having refuses takes later ones along', explains: ({ app }, siddhi, ours) => / join .* having /s.test(app) && onlyFewerRows(siddhi, ours) },
  { name: 'an indexed table is changed by the index alone', explains: ({ app }) => /@(primaryKey|index)/.test(app) && /(update|delete) /.test(app) },
  { name: 'an index holds rows that the primary key refused', explains: ({ app }) => /@primaryKey.*@index/.test(app) },
  { name: 'a batch window in a join keeps old batches and times', explains: ({ app }) => /join/.test(app) && /(lengthBatch|timeBatch)/.test(app) && (!/insert (all|expired) events/.test(app) || app.includes('output current events')) },
  { name: 'an event is lost to an exception', explains: (one, siddhi) => lostAnEvent(one, siddhi) },
  { name: 'a sequence that may be empty at both ends changes what it put out', explains: ({ app }) => EMPTY_AT_BOTH_ENDS.test(app) },
  { name: 'a step that still looks at a match that ended loses those that ended with it', explains: ({ app }, siddhi, ours) => /->|, (e\d|not)/.test(app) && cutShort(siddhi, ours) },
  { name: 'the end of a pattern that may be empty is seen by another key', explains: ({ app }) => /partition with.*(<0?:\d*>|[*?])( within [^']*?)? select/s.test(app) },
];

export function knownDifference(one: Case, siddhi: Answer, ours: Answer): string | undefined {
  const known = onlySiddhiMakes(siddhi, ours) || onlyWeMake(siddhi, ours) ? MADE_BY_ONE : KNOWN_DIFFERENCES;
  return known.find(({ explains }) => explains(one, siddhi, ours))?.name;
}
