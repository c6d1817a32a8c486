/** A parameter list that a window accepts. */
export interface Form {
  text: string;
  parameters: readonly Parameter[];
}

export interface Parameter {
  name: string;
  accepts: 'count' | 'time' | 'ordered-attribute' | 'bool' | 'key' | 'time-attribute' | 'any-time' | 'start-or-attribute' | 'text' | 'text-attribute' | 'condition' | 'bool-or-attribute' | 'share' | 'number-attribute';
}

export interface WindowDefinition {
  sliding: boolean;
  forms: readonly Form[];
  /** For windows whose parameters go on: what is allowed after the form's own. */
  rest?: 'attributes' | 'order' | 'keys';
}

const COUNT: Parameter = { name: 'length', accepts: 'count' };
const TIME: Parameter = { name: 'time', accepts: 'time' };
/** Where batches are counted from; before 1970 too. */
export const START: Parameter = { name: 'start', accepts: 'time' };
/** What events are told apart by: an attribute or anything made of some. */
export const UNIQUE: Parameter = { name: 'key', accepts: 'key' };
export const ORDERED: Parameter = { name: 'attribute', accepts: 'ordered-attribute' };
const TIME_ATTRIBUTE: Parameter = { name: 'timestamp', accepts: 'time-attribute' };
const STREAMING: Parameter = { name: 'stream.current.event', accepts: 'bool' };

const DISCARDS: Parameter = { name: 'discard.late', accepts: 'bool' };
/** A time, or -1 for none. */
const TIMEOUT: Parameter = { name: 'timeout', accepts: 'any-time' };
const SLACK: Parameter = { name: 'slack', accepts: 'any-time' };

const VALUE: Parameter = { name: 'value', accepts: 'number-attribute' };
/** The parameters of `reorder:akslack` from its third on; each is given only with those before it, the last two together. */
const ADAPTIVE: readonly (readonly [text: string, parameter: Parameter])[] = [
  ['batch', { name: 'batch', accepts: 'time' }],
  ['timeout', TIMEOUT],
  ['longest slack', SLACK],
  ['discardLate', DISCARDS],
  ['0.03', { name: 'error.threshold', accepts: 'share' }],
  ['0.95', { name: 'confidence.level', accepts: 'share' }],
];

const START_OR_ATTRIBUTE: Parameter = { name: 'start', accepts: 'start-or-attribute' };
const TIMEOUT_OF_BATCH: Parameter = { name: 'timeout', accepts: 'time' };
const REPLACES: Parameter = { name: 'replace.with.batchtime', accepts: 'bool' };
const KEY: Parameter = { name: 'key', accepts: 'text-attribute' };
const LATENCY: Parameter = { name: 'latency', accepts: 'time' };
const CRON: Parameter = { name: 'calendar', accepts: 'text' };
const CONDITION: Parameter = { name: 'condition', accepts: 'condition' };
const INCLUDES: Parameter = { name: 'include.triggering.event', accepts: 'bool-or-attribute' };
const SUPPORT: Parameter = { name: 'support', accepts: 'share' };
const ERROR: Parameter = { name: 'error', accepts: 'share' };

/** The windows of the language, by their names, with what each is given. */
export const WINDOWS: ReadonlyMap<string, WindowDefinition> = new Map<string, WindowDefinition>([
  ['length', { sliding: true, forms: [{ text: 'length(count)', parameters: [COUNT] }] }],
  ['lengthBatch', { sliding: false, forms: [{ text: 'lengthBatch(count)', parameters: [COUNT] }, { text: 'lengthBatch(count, streamCurrentEvents)', parameters: [COUNT, STREAMING] }] }],
  ['time', { sliding: true, forms: [{ text: 'time(5 sec)', parameters: [TIME] }] }],
  [
    'timeBatch',
    {
      sliding: false,
      forms: [
        { text: 'timeBatch(5 sec)', parameters: [TIME] },
        { text: 'timeBatch(5 sec, start)', parameters: [TIME, START] },
        { text: 'timeBatch(5 sec, streamCurrentEvents)', parameters: [TIME, STREAMING] },
        { text: 'timeBatch(5 sec, start, streamCurrentEvents)', parameters: [TIME, START, STREAMING] },
      ],
    },
  ],
  ['batch', { sliding: false, forms: [{ text: 'batch()', parameters: [] }, { text: 'batch(count)', parameters: [COUNT] }] }],
  ['externalTime', { sliding: true, forms: [{ text: 'externalTime(timestamp, 5 sec)', parameters: [TIME_ATTRIBUTE, TIME] }] }],
  ['timeLength', { sliding: true, forms: [{ text: 'timeLength(5 sec, count)', parameters: [TIME, COUNT] }] }],
  ['delay', { sliding: false, forms: [{ text: 'delay(5 sec)', parameters: [TIME] }] }],
  ['sort', { sliding: true, rest: 'order', forms: [{ text: "sort(count, attribute, 'asc' or 'desc', …)", parameters: [COUNT, ORDERED] }] }],
  ['frequent', { sliding: true, rest: 'attributes', forms: [{ text: 'frequent(count, attribute, …)', parameters: [COUNT] }] }],
  [
    'externalTimeBatch',
    {
      sliding: false,
      forms: [
        { text: 'externalTimeBatch(timestamp, 5 sec)', parameters: [TIME_ATTRIBUTE, TIME] },
        { text: 'externalTimeBatch(timestamp, 5 sec, start)', parameters: [TIME_ATTRIBUTE, TIME, START_OR_ATTRIBUTE] },
        { text: 'externalTimeBatch(timestamp, 5 sec, start, timeout)', parameters: [TIME_ATTRIBUTE, TIME, START_OR_ATTRIBUTE, TIMEOUT_OF_BATCH] },
        { text: 'externalTimeBatch(timestamp, 5 sec, start, timeout, replaceTimestamp)', parameters: [TIME_ATTRIBUTE, TIME, START_OR_ATTRIBUTE, TIMEOUT_OF_BATCH, REPLACES] },
      ],
    },
  ],
  [
    'session',
    {
      sliding: true,
      forms: [
        { text: 'session(5 sec)', parameters: [TIME] },
        { text: 'session(5 sec, key)', parameters: [TIME, KEY] },
        { text: 'session(5 sec, key, latency)', parameters: [TIME, KEY, LATENCY] },
      ],
    },
  ],
  ['cron', { sliding: true, forms: [{ text: "cron('0/10 * * * * ?')", parameters: [CRON] }] }],
  ['hopping', { sliding: false, forms: [{ text: 'hopping(5 sec, 1 sec)', parameters: [TIME, { ...TIME, name: 'hop' }] }] }],
  ['lossyFrequent', { sliding: true, rest: 'attributes', forms: [{ text: 'lossyFrequent(0.1, 0.01, attribute, …)', parameters: [SUPPORT, ERROR] }, { text: 'lossyFrequent(0.1)', parameters: [SUPPORT] }] }],
  ['expression', { sliding: true, forms: [{ text: "expression('count() <= 20')", parameters: [CONDITION] }] }],
  [
    'expressionBatch',
    {
      sliding: true,
      forms: [
        { text: "expressionBatch('count() <= 20')", parameters: [CONDITION] },
        { text: "expressionBatch('count() <= 20', includeTriggeringEvent)", parameters: [CONDITION, INCLUDES] },
        { text: "expressionBatch('count() <= 20', includeTriggeringEvent, streamCurrentEvents)", parameters: [CONDITION, INCLUDES, STREAMING] },
      ],
    },
  ],
  ['unique:ever', { sliding: true, rest: 'keys', forms: [{ text: 'unique:ever(key, …)', parameters: [UNIQUE] }] }],
  ['unique:first', { sliding: true, rest: 'keys', forms: [{ text: 'unique:first(key, …)', parameters: [UNIQUE] }] }],
  ['unique:length', { sliding: true, forms: [{ text: 'unique:length(key, count)', parameters: [UNIQUE, COUNT] }] }],
  ['unique:time', { sliding: true, forms: [{ text: 'unique:time(key, 5 sec)', parameters: [UNIQUE, TIME] }] }],
  ['unique:deduplicate', { sliding: true, forms: [{ text: 'unique:deduplicate(key, 5 sec)', parameters: [UNIQUE, TIME] }] }],
  ['unique:lengthBatch', { sliding: false, forms: [{ text: 'unique:lengthBatch(key, count)', parameters: [UNIQUE, COUNT] }] }],
  ['unique:firstLengthBatch', { sliding: false, forms: [{ text: 'unique:firstLengthBatch(key, count)', parameters: [UNIQUE, COUNT] }] }],
  ['unique:timeBatch', { sliding: false, forms: [{ text: 'unique:timeBatch(key, 5 sec)', parameters: [UNIQUE, TIME] }, { text: 'unique:timeBatch(key, 5 sec, start)', parameters: [UNIQUE, TIME, START] }] }],
  ['unique:firstTimeBatch', { sliding: false, forms: [{ text: 'unique:firstTimeBatch(key, 5 sec)', parameters: [UNIQUE, TIME] }, { text: 'unique:firstTimeBatch(key, 5 sec, start)', parameters: [UNIQUE, TIME, START] }] }],
  ['unique:timeLengthBatch', { sliding: false, forms: [{ text: 'unique:timeLengthBatch(key, 5 sec, count)', parameters: [UNIQUE, TIME, COUNT] }, { text: 'unique:timeLengthBatch(key, 5 sec, start, count)', parameters: [UNIQUE, TIME, START, COUNT] }] }],
  [
    'unique:externalTimeBatch',
    {
      sliding: false,
      forms: [
        { text: 'unique:externalTimeBatch(key, timestamp, 5 sec)', parameters: [UNIQUE, TIME_ATTRIBUTE, TIME] },
        { text: 'unique:externalTimeBatch(key, timestamp, 5 sec, start)', parameters: [UNIQUE, TIME_ATTRIBUTE, TIME, START_OR_ATTRIBUTE] },
        { text: 'unique:externalTimeBatch(key, timestamp, 5 sec, start, timeout)', parameters: [UNIQUE, TIME_ATTRIBUTE, TIME, START_OR_ATTRIBUTE, TIMEOUT_OF_BATCH] },
        { text: 'unique:externalTimeBatch(key, timestamp, 5 sec, start, timeout, replaceTimestamp)', parameters: [UNIQUE, TIME_ATTRIBUTE, TIME, START_OR_ATTRIBUTE, TIMEOUT_OF_BATCH, REPLACES] },
      ],
    },
  ],
  [
    'reorder:akslack',
    {
      sliding: false,
      forms: [0, 1, 2, 3, 4, 6].map((count): Form => {
        const given = ADAPTIVE.slice(0, count);
        return { text: `reorder:akslack(${['timestamp', 'value', ...given.map(([text]) => text)].join(', ')})`, parameters: [TIME_ATTRIBUTE, VALUE, ...given.map(([, parameter]) => parameter)] };
      }),
    },
  ],
  [
    'reorder:kslack',
    {
      sliding: false,
      forms: [
        { text: 'reorder:kslack(timestamp)', parameters: [TIME_ATTRIBUTE] },
        { text: 'reorder:kslack(timestamp, discardLate)', parameters: [TIME_ATTRIBUTE, DISCARDS] },
        { text: 'reorder:kslack(timestamp, timeout)', parameters: [TIME_ATTRIBUTE, TIMEOUT] },
        { text: 'reorder:kslack(timestamp, timeout, longest slack)', parameters: [TIME_ATTRIBUTE, TIMEOUT, SLACK] },
        { text: 'reorder:kslack(timestamp, timeout, longest slack, discardLate)', parameters: [TIME_ATTRIBUTE, TIMEOUT, SLACK, DISCARDS] },
      ],
    },
  ],
]);
