import type { Answer, Case } from '../answer-case.ts';
import { apart, both, inApp, inQuestions, ofOneKey, withoutKeys, withoutMissing, withoutQuestions, type CaseChange } from './case-changes.ts';
import { changesKeyed, cutShort, eventsAtOneTime, lostAnEvent, sameButForOrder, saysMoreRows } from './row-checks.ts';

/** A difference that we want: a defect of Siddhi's, named in docs/siddhiql.md. */
export interface KnownDifference {
  name: string;
  /** Whether the case has what it takes, and the answers part as it makes them part. */
  explains(one: Case, siddhi: Answer, ours: Answer): boolean;
  /** The case without what it takes: both engines have to agree about it, or to part for another known reason. */
  without?: CaseChange;
}

function says(pattern: RegExp): KnownDifference['explains'] {
  return ({ app }) => pattern.test(app);
}

function hasMissing({ steps }: Case): boolean {
  return JSON.stringify(steps.filter((step) => !('query' in step))).includes('null');
}

/** The quantity of a last step that may take nothing. */
const EMPTY_END = /(<0?:\d*>|[*?])(( within [^']*?)? select)/;
const ABSENT_SIDE = /not \w+(\[[^\]]*\])?( for \d+ milliseconds)? (and|or) | (and|or) not \w+(\[[^\]]*\])?( for \d+ milliseconds)?/g;
/** A group hands a match on twice, by the time and by the event, to a step with a filter. */
const HANDED_ON_TWICE = /\(not \w+(\[[^\]]*\])? for \d+ milliseconds or e\d=.* -> .* (and|or) .*\) -> .*\[/;
const BEGINS_WITH_ABSENT_SIDE = /from (every )?\(?(not [^,]* (and|or) |[^,]* (and|or) not )/;
const EVERY_ABSENT_SIDE = /every \(?(not [^,>]* (and|or) |[^,>]* (and|or) not )/;
const MATCHES = /->|, (e\d|not)/;
const KEYED = /@(primaryKey|index)/;
const TIMED = /partition with.*(time|for \d)/s;

const OF_TABLES: readonly KnownDifference[] = [
  { name: 'rows of a table come in hash order where an index finds them, or a primary key and something else', explains: ({ app }, siddhi, ours) => KEYED.test(app) && sameButForOrder(siddhi, ours) },
  { name: 'equal rows that came to a table with an index at one time are one row', explains: (one) => /@index/.test(one.app) && eventsAtOneTime(one), without: withoutKeys },
  { name: 'a primary key or an index of which something is missing is an exception, and the event is lost', explains: (one) => KEYED.test(one.app) && hasMissing(one), without: withoutKeys },
  { name: 'whether a number that is the primary key is missing cannot be asked: the question fails, or the event of the change is lost', explains: (one, siddhi) => /@primaryKey\('[vil]'\)/.test(one.app) && JSON.stringify(one).includes('is null') && (siddhi.error !== undefined || lostAnEvent(one, siddhi)), without: withoutKeys },
  { name: 'a primary key or an index that is compared with a number of another type is an exception, and the event is lost', explains: (one, siddhi) => KEYED.test(one.app) && lostAnEvent(one, siddhi), without: withoutKeys },
  { name: '`in` by a primary key or an index alone takes `<=` for `>=` and the other way round, `!=` for two rows or more, and what names no attribute of the table for itself', explains: ({ app }) => KEYED.test(app) && /\) in T/.test(app), without: withoutKeys },
  { name: 'a condition of a change that is a missing bool is an exception, and the event is lost', explains: (one, siddhi) => /(delete|update|in) /.test(one.app) && / on (T\.)?b\b|\((T\.)?b\) in /.test(one.app) && hasMissing(one) && lostAnEvent(one, siddhi), without: withoutMissing },
  { name: "a row that a primary key refused stays in the table's other indexes", explains: says(/@primaryKey.*@index/), without: inApp(/@index\([^)]*\) /g, '') },
  { name: '`set T.v = T.v + v` gives null where the table has a primary key or an index', explains: (one) => changesKeyed(one, ({ set }) => set.some(({ value }) => JSON.stringify(value).includes('"variable":"q"'))), without: withoutKeys },
  { name: 'a `delete` by a primary key or an index and something else deletes nothing', explains: (one) => changesKeyed(one, ({ condition }) => condition?.kind === 'logic'), without: withoutKeys },
  { name: '`update or insert into` by the primary key replaces the whole row, whatever `set` says', explains: (one) => changesKeyed(one, ({ kind }, { primaryKey }) => kind === 'upsert' && primaryKey.length > 0), without: withoutKeys },
  { name: 'an update that changes a primary key of several attributes, or an index, leaves the row under the old one or doubles it', explains: (one) => changesKeyed(one, ({ set }, { primaryKey, indexes }) => set.some(({ column }) => [...primaryKey, ...indexes].includes(column))), without: withoutKeys },
  {
    name: 'deleting the last row of a table loses what is added later',
    explains: ({ app, steps }) => !KEYED.test(app) && (/ delete T /.test(app) || steps.some((step) => 'query' in step && step.query.includes(' delete T '))),
    without: both(inApp(/delete T( for \w+ events)? on/g, "update T$1 set T.k = 'gone' on"), inQuestions(/delete T on/, "update T set T.k = 'gone' on")),
  },
];

const OF_JOINS: readonly KnownDifference[] = [
  { name: 'a filter on a window by name in a join is passed over', explains: says(/ (from|join) W\w*\[/), without: inApp(/ (from|join) (W\w*)\[[^\]]*\]/g, ' $1 $2') },
  { name: 'a row of a join that `having` refuses takes later rows of its chunk along', explains: says(/ join .* having /s), without: inApp(/ having .*?(?= (order by|limit|offset|insert))/g, '') },
];

const OF_VALUES: readonly KnownDifference[] = [
  { name: '`maximum` of numbers that are not positive is the smallest positive double, and what is missing counts as such a bound', explains: says(/(maximum|minimum)\(/), without: inApp(/(maximum|minimum)\(/g, 'coalesce(') },
  { name: '`unionSet` never lets go of an element that it once held twice', explains: says(/unionSet\(/), without: inApp(/sizeOfSet\(unionSet\(createSet\((\w+)\)\)\)/g, 'distinctCount($1)') },
  { name: '`avg` of an aggregation divides whole numbers as such and counts missing values', explains: says(/define aggregation .*avg\(/), without: inApp(/avg\(/g, 'sum(') },
  { name: '`max` and `min` over a named, session or `expressionBatch` window forget all others when an event leaves, unless expired events are asked for', explains: says(/(define window .*|session\(.*|expressionBatch\(.*)(max|min)\(/s), without: inApp(/\b(max|min)\(/g, 'sum(') },
  { name: '`distinctCount` is an exception where something leaves that never came, or leaves before it comes, and what follows in its chunk is lost', explains: says(/distinctCount\(/), without: inApp(/distinctCount\(/g, 'count(') },
  { name: 'an aggregator in `ifThenElse`, `and` or `or` counts only the events for which it is come to', explains: says(/select [^;]*\b(ifThenElse\(|and |or )[^;]*\b(sum|avg|count|min|max|stdDev|distinctCount)\(/), without: inApp(/\b(sum|avg|count|min|max|stdDev|distinctCount)\(\w*\)/g, '0L') },
  { name: 'a value of an aggregation that is no aggregator is, of events out of order, not always that of the latest time', explains: says(/define aggregation [^;]*\bcoalesce\(v, 0\) as last\b/), without: inApp(/\bcoalesce\(v, 0\) as last\b/g, 'max(v) as last') },
  { name: 'an aggregator in `having` counts all groups as one, and goes on from batch to batch', explains: says(/ having .*(count|sum)\(/s), without: inApp(/ having .*?(?= (order by|limit|offset|output|insert))/g, '') },
  { name: '`and(x)` and `or(x)` of a missing value fail, and the event is lost', explains: (one) => /\b(and|or)\(/.test(one.app) && hasMissing(one), without: withoutMissing },
  { name: 'a key of a session that is missing is an exception, and the event is lost', explains: (one, siddhi) => /session\([^)]*k/.test(one.app) && hasMissing(one) && lostAnEvent(one, siddhi), without: withoutMissing },
  { name: 'a `session` window by name fails for each event', explains: (one, siddhi) => /define window [^;]*session\(/.test(one.app) && lostAnEvent(one, siddhi), without: inApp(/(define window [^;]*)session\([^)]*\)/g, '$1length(2)') },
  { name: '`output first every` a time fails where an offset leaves nothing over, and the event is lost', explains: (one, siddhi) => /offset \d+ output first every \d+ milli/.test(one.app) && lostAnEvent(one, siddhi), without: inApp(/ offset \d+/g, '') },
  { name: 'what the batch of an `expressionBatch` held when a join or a question looked into it never leaves, and comes with the time at which it came', explains: (one) => /expressionBatch\(/.test(one.app) && (/ join /.test(one.app) || one.steps.some((step) => 'query' in step)), without: inApp(/expressionBatch\('[^']*'(, (true|false))*\)/g, 'lengthBatch(3)') },
  { name: 'a missing value in a `sort` window is an exception for that event and all that follow', explains: (one) => /sort\(/.test(one.app) && hasMissing(one), without: withoutMissing },
  { name: 'an event without the time that an `externalTime` window goes by is an exception that takes its chunk along', explains: (one, siddhi) => /externalTime/.test(one.app) && hasMissing(one) && lostAnEvent(one, siddhi), without: withoutMissing },
  { name: 'a question to a batch window by name that nothing else looks into fails', explains: ({ app }, siddhi, ours) => /define window .*(lengthBatch|timeBatch|externalTimeBatch|batch)\(/.test(app) && ours.error === undefined && /Cannot invoke "|null/.test(siddhi.error ?? ''), without: withoutQuestions },
];

const OF_PARTITIONS: readonly KnownDifference[] = [
  { name: '`@purge` begins a timer with each event, each of which goes through the keys from then on, so that keys go sooner the more events there were', explains: says(/@purge\(enable='true'/), without: inApp(/@purge\([^)]*\) /g, '') },
  { name: 'a time batch in a partition ends at one time for all keys, and only one of them puts its batch out', explains: says(/partition with.*timeBatch/s), without: ofOneKey },
  { name: 'of several partition keys of which one move of the clock makes the same operator due at the same time, one timer rings, the others at the next move', explains: ({ app }, siddhi, ours) => TIMED.test(app) && (saysMoreRows(ours, siddhi) || saysMoreRows(siddhi, ours)), without: ofOneKey },
  { name: 'in a partition, a match that begins with a step that may take nothing, with an absence behind it, ends at odd times or not at all', explains: says(/partition with.*from (every )?e1=\w+(\[[^\]]*\])?(<0?:\d*>|[*?])(,| ->) .*?not \w/s), without: inApp(/(e1=\w+(\[[^\]]*\])?)(<0?:\d*>|[*?])/, '$1') },
  { name: 'in a partition, a match whose last step may be empty ends when another key has its next event', explains: says(/partition with.*(<0?:\d*>|[*?])( within [^']*?)? select/s), without: ofOneKey },
];

/** An absence alone is no pattern, so that one side always stays. */
const withoutAbsentSides = inApp(ABSENT_SIDE, '');
const withoutEmptyEnd = inApp(EMPTY_END, '<1:2>$2');

const OF_PATTERNS: readonly KnownDifference[] = [
  { name: '`eventTimestamp(e1)` of an event that the pattern did not take is an exception, and the match is lost', explains: (one, siddhi, ours) => /eventTimestamp\(e\d/.test(one.app) && (saysMoreRows(ours, siddhi) || lostAnEvent(one, siddhi)), without: inApp(/eventTimestamp\(e\d\)/g, '1') },
  {
    name: 'a match that ends with a step that may take nothing goes on changing after it was put out, where its first step counts or `within` ends it',
    explains: ({ app }) => EMPTY_END.test(app) && (/from (every )?e1=\w+(\[[^\]]*\])?[<*?+]/.test(app) || / within /.test(app)),
    without: withoutEmptyEnd,
  },
  { name: 'a match that begins or, under `every`, goes on with `and` or `or` of an absence fails at some events, which are lost', explains: (one, siddhi) => (BEGINS_WITH_ABSENT_SIDE.test(one.app) || EVERY_ABSENT_SIDE.test(one.app)) && lostAnEvent(one, siddhi), without: (one) => (EMPTY_END.test(one.app) ? withoutEmptyEnd(one) : withoutAbsentSides(one)) },
  {
    name: 'where a step still looks at a match that ended, such as a side `not S` of `and` that hears the same event, all that ended after it in its chunk may be lost, or a match is put out whose filter fails',
    explains: ({ app }, siddhi, ours) => MATCHES.test(app) && (cutShort(siddhi, ours) || HANDED_ON_TWICE.test(app)),
    without: both(apart, withoutAbsentSides),
  },
];

/** The differences that are wanted where both make the app. Each stands in docs/siddhiql.md, and in a case of fixtures/wanted-differences.jsonl. */
export const ROW_DIFFERENCES: readonly KnownDifference[] = [...OF_TABLES, ...OF_JOINS, ...OF_VALUES, ...OF_PARTITIONS, ...OF_PATTERNS];
