import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Payload } from '../stage.ts';
import type { Held } from './held-event.ts';

/** What makes an event the same as another. */
export type KeyOf = (payload: Payload) => unknown;

export function saveKeyed(writer: BinaryWriter, held: ReadonlyMap<unknown, Held>): void {
  writer.list([...held].flatMap(([key, { timestamp, payload }]) => [key, timestamp, payload]));
}

export function loadKeyed(reader: BinaryReader, held: Map<unknown, Held>): void {
  held.clear();
  const flat = reader.list();
  for (let index = 0; index + 2 < flat.length; index += 3) held.set(flat[index], { timestamp: Number(flat[index + 1]), payload: flat[index + 2] });
}
