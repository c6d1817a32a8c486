import type { Row } from '../../api.ts';
import { DamagedSnapshot, type BinaryReader, type BinaryWriter } from '../../runtime/binary.ts';
import { Match, type Slot, type Taken } from './match.ts';
import type { Step } from './step.ts';

/** Writes the matches of all steps; one that several steps hold, and a list that several matches hold, once. */
export function saveMatches(steps: readonly Step[], writer: BinaryWriter): void {
  const matches = new Map<Match, number>();
  const lists = new Map<Taken[], number>();
  for (const step of steps) {
    for (const match of [...step.waiting.held(), ...step.arriving.held()]) {
      if (matches.has(match)) continue;
      matches.set(match, matches.size);
      for (const slot of match.slots) if (Array.isArray(slot) && !lists.has(slot)) lists.set(slot, lists.size);
    }
  }
  writer.count(lists.size);
  for (const list of lists.keys()) writer.list(list.map(({ t, r }) => [t, r]));
  writer.count(matches.size);
  for (const match of matches.keys()) {
    writer.value(match.time);
    writer.value(match.expired);
    for (const slot of match.slots) writer.value(slot === null ? null : Array.isArray(slot) ? lists.get(slot) : [slot.t, slot.r]);
  }
  for (const step of steps) {
    writer.list(step.waiting.held().map((match) => matches.get(match)));
    writer.list(step.arriving.held().map((match) => matches.get(match)));
  }
}

export function loadMatches(steps: readonly Step[], slots: number, reader: BinaryReader): void {
  const lists = Array.from({ length: reader.count() }, () => reader.list().map(takenOf));
  const matches = Array.from({ length: reader.count() }, () => {
    const time = Number(reader.value());
    const expired = reader.value() === true;
    const match = new Match(Array.from({ length: slots }, () => slotOf(reader.value(), lists)));
    match.time = time;
    match.expired = expired;
    return match;
  });
  const find = (index: unknown): Match => {
    const match = matches[Number(index)];
    if (match === undefined) throw new DamagedSnapshot('The snapshot names a match that it does not hold.');
    return match;
  };
  for (const step of steps) {
    step.hold(reader.list().map(find), reader.list().map(find));
  }
}

function slotOf(value: unknown, lists: readonly Taken[][]): Slot {
  if (value === null) return null;
  return typeof value === 'number' ? (lists[value] ?? null) : takenOf(value);
}

function takenOf(value: unknown): Taken {
  if (!Array.isArray(value) || value.length !== 2 || !Array.isArray(value[1])) throw new DamagedSnapshot('The snapshot holds a broken event of a pattern.');
  const row: Row = value[1];
  return { t: Number(value[0]), r: row };
}
