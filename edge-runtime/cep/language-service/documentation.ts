import type { CallDocumentation } from './call-documentation.ts';
import { EXTENSION_DOCUMENTATION } from './extension-documentation.ts';

const window = (form: string, means: string): CallDocumentation => ({ name: nameOf(form), role: 'window', form, means });
const aggregator = (form: string, returns: NonNullable<CallDocumentation['returns']>, means: string): CallDocumentation => ({ name: nameOf(form), role: 'aggregator', form, returns, means });
const call = (form: string, returns: NonNullable<CallDocumentation['returns']>, means: string): CallDocumentation => ({ name: nameOf(form), role: 'function', form, returns, means });
const stream = (form: string, means: string): CallDocumentation => ({ name: nameOf(form), role: 'stream-function', form, means });

function nameOf(form: string): string {
  return form.slice(0, form.indexOf('('));
}

const WINDOW_DOCUMENTATION: readonly CallDocumentation[] = [
  window('length(count)', 'The latest events, sliding: the oldest leaves when one more arrives.'),
  window('lengthBatch(count[, streamCurrentEvents])', 'Events in batches of a number; a batch is answered when it is full and leaves when the next one is. With streamCurrentEvents true each event is answered as it comes, and the batch leaves when it is full.'),
  window('time(duration)', 'The events of the last while, sliding: each leaves when it is that old.'),
  window('timeBatch(duration[, start][, streamCurrentEvents])', 'Events in batches of a duration, from the first event on, or in step with a start in milliseconds since 1970. With streamCurrentEvents true each event is answered as it comes, and the batch leaves at its end.'),
  window('timeLength(duration, count)', 'The events of the last while, and never more than a number of them.'),
  window('externalTime(timestamp, duration)', 'As time, by an attribute that carries the time instead of the clock.'),
  window('externalTimeBatch(timestamp, duration[, start][, timeout][, replaceTimestamp])', 'As timeBatch, by an attribute that carries the time; the start may be an attribute too. A batch ends with the first event of a later one, or when nothing came for the timeout; with replaceTimestamp true its events get the time of its end.'),
  window('cron(expression)', 'Events in batches that end when a cron expression (second minute hour day month weekday) says so.'),
  window('delay(duration)', 'Each event, that much later.'),
  window('batch([count])', 'The events that arrived together, as one batch.'),
  window('session(gap[, key][, allowedLatency])', 'Events that follow one another within a gap, for each value of a string attribute; late ones may still join within the latency, which is none unless given and at most the gap.'),
  window("sort(count, attribute[, 'asc' | 'desc'], …)", 'The first events in an order: when one more arrives than fit, the last in that order leaves. Up unless said otherwise, and by several attributes one after another.'),
  window('frequent(count[, attribute, …])', 'The most frequent events, by attributes or as a whole, counted in bounded memory.'),
  window('lossyFrequent(support[, error][, attribute, …])', 'Events whose share is at least the support, within an error that is a tenth of it unless given, counted in bounded memory.'),
  window('expression(condition)', 'Slides while a condition over the window holds; it may use count(), sum(x), first, last and eventTimestamp(first). It is a text, or an attribute that brings one.'),
  window('expressionBatch(condition[, includeTriggering][, streamCurrentEvents])', 'Events in batches that end when a condition over the batch stops holding: as in expression, or a bool attribute. With includeTriggering the event that ended it belongs to it; with streamCurrentEvents each event is answered as it comes.'),
  window('unique:ever(key, …)', 'The latest event of each key, ever; a key is an attribute or made of some.'),
  window('unique:first(key, …)', 'The first event of each value; later ones are dropped.'),
  window('unique:length(key, count)', 'The latest event of each value, among a number of the latest.'),
  window('unique:time(key, duration)', 'The latest event of each value, of the last while.'),
  window('unique:deduplicate(key, duration)', 'Drops an event whose value has been there within the duration.'),
  window('unique:lengthBatch(key, count)', 'Batches of a number of different values, the latest event of each.'),
  window('unique:firstLengthBatch(key, count)', 'Batches of a number of different values, the first event of each.'),
  window('unique:timeBatch(key, duration)', 'Batches of a duration, the latest event of each value.'),
  window('unique:firstTimeBatch(key, duration)', 'Batches of a duration, the first event of each value.'),
  window('unique:timeLengthBatch(key, duration, count)', 'Batches of a duration or a number of different values, whichever is first.'),
  window('unique:externalTimeBatch(key, timestamp, duration[, start][, timeout][, replaceTimestamp])', 'As externalTimeBatch, the latest event of each value.'),
  window('reorder:kslack(timestamp[, timeout][, longest][, discardLate])', 'Holds events back just long enough to let late ones pass in the order of their times: no event longer than a timeout, nor a slack longer than the longest, and none that is too late all the same if discardLate is true.'),
  window('reorder:akslack(timestamp, value[, batch][, timeout][, longest][, discardLate][, error, confidence])', 'As kslack, and no longer than aggregates over a value need to stay within an error.'),
  window('hopping(duration, hop)', 'The events of the last while, answered once every hop.'),
];

const AGGREGATOR_DOCUMENTATION: readonly CallDocumentation[] = [
  aggregator('sum(number)', 'wider', 'The total: long of whole numbers, double of others.'),
  aggregator('avg(number)', 'double', 'The mean.'),
  aggregator('count()', 'long', 'How many events.'),
  aggregator('min(number)', 'same', 'The smallest in the window.'),
  aggregator('max(number)', 'same', 'The largest in the window.'),
  aggregator('minForever(number)', 'same', 'The smallest ever, also of what has left the window.'),
  aggregator('maxForever(number)', 'same', 'The largest ever, also of what has left the window.'),
  aggregator('stdDev(number)', 'double', 'The standard deviation.'),
  aggregator('distinctCount(value)', 'long', 'How many different values.'),
  aggregator('and(condition)', 'bool', 'Whether it holds for every event.'),
  aggregator('or(condition)', 'bool', 'Whether it holds for any event.'),
  aggregator('unionSet(set)', 'object', 'The union of sets.'),
  aggregator('math:percentile(number, percentile)', 'double', 'The value below which so many percent of the window lie, between the two nearest.'),
  aggregator("str:groupConcat(text[, separator][, distinct][, 'ASC' | 'DESC'])", 'string', 'The texts of the window in one, with commas unless another separator is given.'),
  aggregator('list:collect(value[, distinct])', 'object', 'A list of the values.'),
  aggregator('list:merge(list[, distinct])', 'object', 'The lists of the window as one.'),
  aggregator('map:collect(key, value)', 'object', 'A map from keys to values; of a key that comes again the latest value.'),
  aggregator('map:merge(map)', 'object', 'The maps of the window as one.'),
  aggregator("json:group(json[, 'enclosing element'][, distinct])", 'string', 'The JSON of the window as one array, as text; within an element if one is named.'),
  aggregator("json:groupAsObject(json[, 'enclosing element'][, distinct])", 'object', 'The same, as object.'),
];

const FUNCTION_DOCUMENTATION: readonly CallDocumentation[] = [
  call('ifThenElse(condition, then, otherwise)', 'same', 'One of two values of the same type.'),
  call('coalesce(value, …)', 'same', 'The first that is not null.'),
  call('default(value, constant)', 'same', 'The constant where the value is null.'),
  call("cast(value, 'type')", 'named', 'Says what type a value has and leaves it as it is.'),
  call("convert(value, 'type')", 'named', 'Makes one type of another; null where that cannot be.'),
  call('maximum(number, …)', 'same', 'The largest of its arguments, which have one type.'),
  call('minimum(number, …)', 'same', 'The smallest of its arguments, which have one type.'),
  call('instanceOfString(value)', 'bool', 'Whether a value is a string.'),
  call('instanceOfInteger(value)', 'bool', 'Whether a value is an int.'),
  call('instanceOfLong(value)', 'bool', 'Whether a value is a long.'),
  call('instanceOfFloat(value)', 'bool', 'Whether a value is a float.'),
  call('instanceOfDouble(value)', 'bool', 'Whether a value is a double.'),
  call('instanceOfBoolean(value)', 'bool', 'Whether a value is a bool.'),
  call('eventTimestamp([event])', 'long', 'The time of the event, milliseconds since 1970.'),
  call('currentTimeMillis()', 'long', 'The engine’s clock, milliseconds since 1970.'),
  call('UUID()', 'string', 'A new identifier for each event.'),
  call('createSet(value)', 'object', 'A set with one element, for unionSet.'),
  call('sizeOfSet(set)', 'int', 'How many elements a set has.'),
];

const STREAM_FUNCTION_DOCUMENTATION: readonly CallDocumentation[] = [
  stream("model:predict('model@alias', input, …)", 'Asks a model about each event and adds its outputs as attributes. What follows runs when the answer is there.'),
  stream("str:tokenize(text, 'regular expression'[, distinct])", 'An event for each piece of a text.'),
  stream('list:tokenize(list, …)', 'An event for each value of a list.'),
  stream('map:tokenize(map)', 'An event for each key of a map.'),
  stream("json:tokenize(json, 'path'[, leaveOutMissing])", 'An event for each element at a path, as text.'),
  stream("json:tokenizeAsObject(json, 'path'[, leaveOutMissing])", 'An event for each element at a path, as object.'),
  stream('pol2Cart(theta, rho[, z])', 'Adds x and y (and z) of a point given by an angle in degrees and a distance.'),
  stream('timeseries:regress([interval, batch, confidence,] y, x, …)', 'Adds stderr, beta0, beta1 … of the linear regression of y over x; coefficients that fail the t-test are 0. Of an interval of events one goes on.'),
  stream('timeseries:lengthTimeRegress(duration, batch[, interval, confidence], y, x, …)', 'The same over the events of the last while, and never more than a batch.'),
  stream('timeseries:forecast([interval, batch, confidence,] nextX, y, x)', 'Adds stderr, beta0, beta1 and forecastY: what y will be at another x.'),
  stream('timeseries:lengthTimeForecast(duration, batch, nextX[, interval, confidence], y, x)', 'The same over the events of the last while.'),
  stream('timeseries:outlier([interval, batch, confidence,] range, y, x)', 'Adds stderr, beta0, beta1 and outlier: whether the event lies more than so many standard errors from the line of those before it.'),
  stream('timeseries:lengthTimeOutlier(duration, batch, range[, interval, confidence], y, x)', 'The same over the events of the last while.'),
  stream("timeseries:kalmanMinMax(number, q, r, size, 'min' | 'max' | 'minmax')", 'Lets the events on at which a Kalman filter’s line through the newest values turns, with extremaType; q and r are the noise of process and measurement.'),
  stream("timeseries:kernelMinMax(number, bandwidth, size, 'min' | 'max' | 'minmax')", 'The same with a line that a Gaussian kernel smooths.'),
  stream("log(['priority'][, 'message'][, wholeEvent])", 'Lets events through unchanged; the engine itself writes nothing.'),
];

export const CALL_DOCUMENTATION: readonly CallDocumentation[] = [...WINDOW_DOCUMENTATION, ...AGGREGATOR_DOCUMENTATION, ...FUNCTION_DOCUMENTATION, ...EXTENSION_DOCUMENTATION, ...STREAM_FUNCTION_DOCUMENTATION];

const byRole = new Map(CALL_DOCUMENTATION.map((one) => [`${one.role} ${one.name}`, one]));

export function documentationOf(name: string, role: 'window' | 'function' | 'stream-function'): CallDocumentation | undefined {
  return byRole.get(`${role} ${name}`) ?? (role === 'function' ? byRole.get(`aggregator ${name}`) : undefined);
}

/** Words of the language that are worth a sentence. */
export const KEYWORD_DOCUMENTATION: Readonly<Record<string, string>> = {
  every: 'Begins a new match with every event that fits here; without it a pattern matches once.',
  within: 'How much time may pass between the first and the last event of a match.',
  not: 'Negates a condition; before a stream, waits that no such event comes.',
  for: 'How long nothing may come for an absence to count.',
  unidirectional: 'Only events of this side set off the join.',
  having: 'A condition on what is put out.',
  partition: 'Runs the queries inside once for each value of a key, each with its own state.',
  output: 'When and how much is put out, instead of everything at once.',
  snapshot: 'Puts out what holds now, at a fixed interval.',
  expired: 'Events that leave the window, instead of those that arrive.',
  events: 'Which events go on: current, expired or all.',
  outer: 'Also events without a partner on the other side, with nulls for it.',
  upsert: 'Updates the rows that match, or adds one.',
  in: 'Whether a table has a row for which the condition holds.',
  limit: 'How many rows of a chunk go on, at most.',
  offset: 'How many rows of a chunk are left out first.',
  aggregate: 'Keeps running totals by calendar durations.',
};
