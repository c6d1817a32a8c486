import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Typed } from '../../plan/types.ts';
import type { OperatorContext } from '../operator-context.ts';
import type { Payload } from '../stage.ts';
import type { Held } from './held-event.ts';

/** What makes an event the same as another. */
export type KeyOf = (payload: Payload) => unknown;

/** One attribute as it is; several, and what is made of them, as one text or value, since a map has to compare them. */
export function keyOf(keys: readonly Typed[], context: OperatorContext): KeyOf {
  const [only] = keys;
  if (only?.kind === 'value' && only.access.from === 'row' && keys.length === 1) {
    const { index } = only.access;
    return (payload) => (Array.isArray(payload) ? payload[index] : undefined);
  }
  const values = context.code.values(keys, 'row');
  if (keys.length === 1) return (payload) => values(context.clock.now, payload)[0];
  return (payload) => values(context.clock.now, payload).map((one) => String(one)).join('\u0001');
}

export function saveKeyed(writer: BinaryWriter, held: ReadonlyMap<unknown, Held>): void {
  writer.list([...held].flatMap(([key, { timestamp, payload }]) => [key, timestamp, payload]));
}

export function loadKeyed(reader: BinaryReader, held: Map<unknown, Held>): void {
  held.clear();
  const flat = reader.list();
  for (let index = 0; index + 2 < flat.length; index += 3) held.set(flat[index], { timestamp: Number(flat[index + 1]), payload: flat[index + 2] });
}
