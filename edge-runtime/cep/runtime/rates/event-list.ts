import type { EventType } from '../../operators/stage.ts';
import { CURRENT, EXPIRED, RESET } from '../../operators/stage.ts';
import type { BinaryReader, BinaryWriter } from '../binary.ts';
import type { OutputEvent } from '../query-output.ts';

export function saveEvents(events: Iterable<OutputEvent>, writer: BinaryWriter): void {
  writer.list([...events].flatMap(({ type, timestamp, row, key }) => [type, timestamp, row, key]));
}

export function loadEvents(reader: BinaryReader): OutputEvent[] {
  const flat = reader.list();
  const events: OutputEvent[] = [];
  for (let index = 0; index + 3 < flat.length; index += 4) {
    const row = flat[index + 2];
    events.push({ type: typeOf(flat[index]), timestamp: Number(flat[index + 1]), row: Array.isArray(row) ? row : [], key: flat[index + 3] });
  }
  return events;
}

function typeOf(value: unknown): EventType {
  return value === EXPIRED ? EXPIRED : value === RESET ? RESET : CURRENT;
}
