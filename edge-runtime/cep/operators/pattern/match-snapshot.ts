import type { Row } from '../../api.ts';
import { DamagedSnapshot, type BinaryReader, type BinaryWriter } from '../../runtime/binary.ts';
import { AbsentLogicalStep } from './absent-logical-step.ts';
import { AbsentStep } from './absent-step.ts';
import { Match, type Slot, type Taken } from './match.ts';
import type { Step } from './step.ts';

/** What is written of a match. */
export type WrittenMatch = Pick<Match, 'time' | 'expired' | 'slots'>;

/** All matches that steps hold, each once, in the order of the steps. */
export function matchesOf(steps: readonly Step[]): Map<Match, number> {
  const matches = new Map<Match, number>();
  for (const step of steps) for (const list of [step.waiting.held(), step.arriving.held()]) for (const match of list) if (!matches.has(match)) matches.set(match, matches.size);
  return matches;
}

/** Writes the matches of all steps; one that several steps hold, and a list that several matches hold, once. */
export function saveMatches(steps: readonly Step[], writer: BinaryWriter): void {
  const matches = matchesOf(steps);
  const lists = saveLists(matches.keys(), writer);
  writer.count(matches.size);
  for (const match of matches.keys()) saveMatch(match, lists, writer);
  for (const step of steps) {
    writer.list(step.waiting.held().map((match) => matches.get(match)));
    writer.list(step.arriving.held().map((match) => matches.get(match)));
  }
}

/** Writes each list that some of these hold, once; gives their places. */
export function saveLists(matches: Iterable<WrittenMatch>, writer: BinaryWriter): Map<Taken[], number> {
  const lists = new Map<Taken[], number>();
  for (const match of matches) for (const slot of match.slots) if (Array.isArray(slot) && !lists.has(slot)) lists.set(slot, lists.size);
  writer.count(lists.size);
  for (const list of lists.keys()) writer.list(list.map(({ t, r }) => [t, r]));
  return lists;
}

export function saveMatch({ time, expired, slots }: WrittenMatch, lists: ReadonlyMap<Taken[], number>, writer: BinaryWriter): void {
  writer.value(time);
  writer.value(expired);
  for (const slot of slots) writer.value(slot === null ? null : Array.isArray(slot) ? lists.get(slot) : [slot.t, slot.r]);
}

export function loadMatches(steps: readonly Step[], slots: number, reader: BinaryReader): void {
  const matches = readMatches(slots, reader);
  for (const step of steps) {
    const list = (): Match[] => reader.list().map((index) => found(matches, Number(index)));
    step.hold(list(), list());
  }
}

export function readMatches(slots: number, reader: BinaryReader): Match[] {
  const lists = Array.from({ length: reader.count() }, () => reader.list().map(takenOf));
  return Array.from({ length: reader.count() }, () => readMatch(slots, lists, reader));
}

export function readMatch(slots: number, lists: readonly Taken[][], reader: BinaryReader): Match {
  const time = Number(reader.value());
  const expired = reader.value() === true;
  const match = new Match(Array.from({ length: slots }, () => slotOf(reader.value(), lists)));
  match.time = time;
  match.expired = expired;
  return match;
}

export function found(matches: readonly (Match | undefined)[], index: number): Match {
  const match = matches[index];
  if (match === undefined) throw new DamagedSnapshot('The snapshot names a match that it does not hold.');
  return match;
}

/** What steps remember besides matches. */
export function saveSteps(steps: readonly Step[], writer: BinaryWriter): void {
  for (const step of steps) {
    writer.list(step.saveExtra());
    for (const alarm of alarmsOf(step)) alarm.save(writer);
  }
}

export function loadSteps(steps: readonly Step[], reader: BinaryReader): void {
  for (const step of steps) {
    step.loadExtra(reader.list());
    for (const alarm of alarmsOf(step)) alarm.load(reader);
  }
}

function alarmsOf(step: Step): AbsentStep['alarms'] {
  return step instanceof AbsentStep || step instanceof AbsentLogicalStep ? step.alarms : [];
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
