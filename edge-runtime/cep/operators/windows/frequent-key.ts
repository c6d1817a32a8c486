import type { AttributeType } from '../../api.ts';
import { textOf } from '../../plan/functions.ts';
import type { Typed } from '../../plan/types.ts';
import { concurrentMapOrderOf } from '../java-order.ts';
import { rowOf, type Payload } from '../stage.ts';

/** One of the attributes by which `frequent` and `lossyFrequent` tell events apart; where there is none they compare whole events. */
export interface KeyPart {
  index: number;
  type: AttributeType;
}

/** What the query has still to compute is nothing yet, and part of the text by which Siddhi's maps are ordered. */
const NOTHING: KeyPart = { index: -1, type: 'object' };

/** The attributes that a window is given, or without any those that its query takes over as they are. */
export function keyParts(given: readonly Typed[], taken: readonly (Typed | undefined)[]): KeyPart[] {
  const partOf = (one: Typed | undefined): KeyPart => (one?.kind === 'value' && one.access.from === 'row' ? { index: one.access.index, type: one.type } : NOTHING);
  const own = given.map(partOf).filter((one) => one !== NOTHING);
  if (own.length > 0) return own;
  const parts = taken.map(partOf);
  return parts.every((one) => one === NOTHING) ? [] : parts;
}

/** Separates the parts of a key; no text of an event is likely to hold it. */
const SEPARATOR = '\u0001';

export function keyOf(payload: Payload, parts: readonly KeyPart[]): string {
  const row = rowOf(payload);
  return (parts.length === 0 ? row : parts.map(({ index }) => row[index])).map((one) => String(one)).join(SEPARATOR);
}

/** Events in the order of the map in which Siddhi holds them by the text of their keys; `peak` is the most that it held. */
export function inMapOrder<T extends { payload: Payload }>(held: readonly T[], parts: readonly KeyPart[], peak: number): readonly T[] {
  if (held.length < 2) return held;
  const textOfKey = ({ payload }: T): string => {
    const row = rowOf(payload);
    return parts.length === 0 ? row.map((one) => String(one)).join('') : parts.map(({ index, type }) => textOf(row[index] ?? null, type)).join('');
  };
  return concurrentMapOrderOf(held.map(textOfKey), peak).flatMap((place) => held[place] ?? []);
}
