import type { AttributeType, Row } from '../api.ts';
import { textOf } from '../plan/functions.ts';
import type { PartitionKeyPlan, PartitionPlan } from '../plan/plan.ts';
import { looksAtEventOnly } from '../plan/looks-at-event.ts';
import type { QueryCode } from './query-code.ts';

/** The key of an event, or null when it has none and takes no part. */
export type KeyOf = (timestamp: number, row: Row) => unknown;

/** What the events of one stream are partitioned by. Events may lie in several ranges. */
export type KeyReader = { kind: 'value'; keyOf: KeyOf; /** Reading it cannot fail, and looks at nothing but the event. */ alone: boolean } | { kind: 'ranges'; keysOf: (timestamp: number, row: Row) => readonly unknown[] };

/**
 * Readers for each stream of a partition. Keys of all streams are compared with each other: as they are where all are
 * of one type, else as text, as in Siddhi.
 */
export function keyReaders(plan: PartitionPlan, code: QueryCode): Map<string, KeyReader> {
  const asText = keyTypeOf(plan) === 'string';
  return new Map([...plan.keys].map(([stream, key]) => [stream, readerOf(key, asText, code)]));
}

/** The type of all keys of a partition: text where streams have several. */
export function keyTypeOf(plan: PartitionPlan): AttributeType {
  const [type = 'string', ...more] = new Set([...plan.keys.values()].map((one) => (one.kind === 'value' ? one.value.type : 'string')));
  return more.length > 0 ? 'string' : type;
}

function readerOf(key: PartitionKeyPlan, asText: boolean, code: QueryCode): KeyReader {
  if (key.kind === 'ranges') {
    const tests = key.ranges.map(({ condition, label }) => ({ test: code.condition(condition, 'row'), label }));
    return { kind: 'ranges', keysOf: (timestamp, row) => tests.filter(({ test }) => test(timestamp, row)).map(({ label }) => label) };
  }
  const plain = valueReader(key.value, code);
  const { type } = key.value;
  const alone = looksAtEventOnly(key.value);
  if (!asText || type === 'string') return { kind: 'value', keyOf: plain, alone };
  return {
    kind: 'value',
    alone,
    keyOf: (timestamp, row) => {
      const value = plain(timestamp, row) ?? null;
      return value === null ? null : textOf(value, type);
    },
  };
}

function valueReader(value: Extract<PartitionKeyPlan, { kind: 'value' }>['value'], code: QueryCode): KeyOf {
  if (value.kind === 'value' && value.access.from === 'row') {
    const { index } = value.access;
    return (_, row) => row[index];
  }
  const values = code.values([value], 'row');
  return (timestamp, row) => values(timestamp, row)[0];
}
