import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Payload } from '../stage.ts';

/** An event that a window holds. */
export interface Held {
  timestamp: number;
  payload: Payload;
}

export function saveHeld(events: Iterable<Held>, writer: BinaryWriter): void {
  writer.list([...events].flatMap(({ timestamp, payload }) => [timestamp, payload]));
}

export function loadHeld(reader: BinaryReader): Held[] {
  const flat = reader.list();
  const events: Held[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) events.push({ timestamp: Number(flat[index]), payload: flat[index + 1] });
  return events;
}
