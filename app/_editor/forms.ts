export interface CallForm {
  name: string;
  /** How it is written, beginning with the name. */
  form: string;
  means: string;
}

export const windowForms: readonly CallForm[] = [
  { name: 'length', form: 'length(count)', means: 'The last events, sliding by one.' },
  { name: 'lengthBatch', form: 'lengthBatch(count)', means: 'Events in batches of a size.' },
  { name: 'time', form: 'time(duration)', means: 'The events of the last while, sliding.' },
  { name: 'timeBatch', form: 'timeBatch(duration)', means: 'Events in batches of a duration.' },
];

export const functionForms: readonly CallForm[] = [
  { name: 'sum', form: 'sum(number)', means: 'Total: long of whole numbers, double of others.' },
  { name: 'avg', form: 'avg(number)', means: 'Mean, as double.' },
  { name: 'count', form: 'count()', means: 'How many events, as long.' },
  { name: 'min', form: 'min(number)', means: 'Smallest in the window.' },
  { name: 'max', form: 'max(number)', means: 'Largest in the window.' },
  { name: 'minForever', form: 'minForever(number)', means: 'Smallest ever.' },
  { name: 'maxForever', form: 'maxForever(number)', means: 'Largest ever.' },
  { name: 'stdDev', form: 'stdDev(number)', means: 'Standard deviation, as double.' },
  { name: 'distinctCount', form: 'distinctCount(value)', means: 'How many different values, as long.' },
  { name: 'ifThenElse', form: 'ifThenElse(condition, then, otherwise)', means: 'One of two values of the same type.' },
  { name: 'coalesce', form: 'coalesce(value, …)', means: 'The first that is not null.' },
  { name: 'default', form: 'default(value, constant)', means: 'The constant where the value is null.' },
  { name: 'cast', form: "cast(value, 'type')", means: 'Says what type an object holds.' },
  { name: 'convert', form: "convert(value, 'type')", means: 'Makes one type of another; null where that cannot be.' },
  { name: 'maximum', form: 'maximum(number, …)', means: 'Largest of its arguments.' },
  { name: 'minimum', form: 'minimum(number, …)', means: 'Smallest of its arguments.' },
  { name: 'eventTimestamp', form: 'eventTimestamp()', means: 'The time of the event, milliseconds since 1970.' },
  { name: 'currentTimeMillis', form: 'currentTimeMillis()', means: 'The time now, milliseconds since 1970.' },
];
