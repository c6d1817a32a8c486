import type { Row } from '../../api.ts';
import { DamagedSnapshot, type BinaryReader, type BinaryWriter } from '../../runtime/binary.ts';
import { AbsentLogicalStep } from './absent-logical-step.ts';
import { AbsentStep } from './absent-step.ts';
import { Match, type Slot, type Taken } from './match.ts';
import type { Step } from './step.ts';

/** What a match was when it was last written, and its place among all. */
interface Written {
  place: number;
  time: number;
  expired: boolean;
  slots: readonly Slot[];
}

/** The matches of a pattern as they were last written, by which is known what changed. */
export type WrittenMatches = Map<Match, Written>;

/** All matches that steps hold, each once, in the order of the steps. */
function matchesOf(steps: readonly Step[]): Map<Match, number> {
  const matches = new Map<Match, number>();
  for (const step of steps) for (const list of [step.waiting.held(), step.arriving.held()]) for (const match of list) if (!matches.has(match)) matches.set(match, matches.size);
  return matches;
}

export function writtenMatches(steps: readonly Step[]): WrittenMatches {
  return new Map([...matchesOf(steps)].map(([match, place]) => [match, writtenOf(match, place)]));
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

/**
 * The same upon what was written before: of matches that are as they were, in runs, where they stood then. Gives how they are written
 * now; what is told of those that stayed is used again, for there may be very many.
 */
export function saveMatchChanges(steps: readonly Step[], before: WrittenMatches, writer: BinaryWriter): WrittenMatches {
  const after = new Map<Match, Written>();
  const places: number[] = [];
  const changed: Match[] = [];
  const indexOf = (match: Match): number => {
    const known = after.get(match);
    if (known !== undefined) return known.place;
    const written = before.get(match);
    const place = places.length;
    if (written !== undefined && isAsWritten(match, written)) {
      places.push(written.place);
      written.place = place;
      after.set(match, written);
    } else {
      places.push(-1);
      changed.push(match);
      after.set(match, writtenOf(match, place));
    }
    return place;
  };
  const lists = steps.flatMap((step) => [step.waiting.held().map(indexOf), step.arriving.held().map(indexOf)]);
  const shared = saveLists(changed, writer);
  writer.count(changed.length);
  for (const match of changed) saveMatch(match, shared, writer);
  saveRuns(places, writer);
  for (const list of lists) saveRuns(list, writer);
  return after;
}

/** One with a list that grows is taken to be another. */
function isAsWritten({ time, expired, slots }: Match, written: Written): boolean {
  if (written.time !== time || written.expired !== expired) return false;
  for (let index = 0; index < slots.length; index++) if (slots[index] !== written.slots[index] || Array.isArray(slots[index])) return false;
  return true;
}

function writtenOf({ time, expired, slots }: Match, place: number): Written {
  return { place, time, expired, slots: [...slots] };
}

function saveLists(matches: Iterable<Match>, writer: BinaryWriter): Map<Taken[], number> {
  const lists = new Map<Taken[], number>();
  for (const match of matches) for (const slot of match.slots) if (Array.isArray(slot) && !lists.has(slot)) lists.set(slot, lists.size);
  writer.count(lists.size);
  for (const list of lists.keys()) writer.list(list.map(({ t, r }) => [t, r]));
  return lists;
}

function saveMatch({ time, expired, slots }: Match, lists: ReadonlyMap<Taken[], number>, writer: BinaryWriter): void {
  writer.value(time);
  writer.value(expired);
  for (const slot of slots) writer.value(slot === null ? null : Array.isArray(slot) ? lists.get(slot) : [slot.t, slot.r]);
}

/** Numbers from -1, as how many there are, and runs of such as go up by one or are all -1. */
function saveRuns(numbers: readonly number[], writer: BinaryWriter): void {
  writer.count(numbers.length);
  for (let from = 0, to = 0; from < numbers.length; from = to) {
    const first = numbers[from] ?? -1;
    for (to = from + 1; to < numbers.length && numbers[to] === (first < 0 ? -1 : first + to - from); ) to++;
    writer.count(first + 1);
    writer.count(to - from);
  }
}

function loadRuns(reader: BinaryReader): number[] {
  const numbers: number[] = [];
  for (const length = reader.count(); numbers.length < length; ) {
    const first = reader.count() - 1;
    const run = reader.count();
    if (run === 0 || numbers.length + run > length) throw new DamagedSnapshot('The snapshot holds a broken run of matches.');
    for (let index = 0; index < run; index++) numbers.push(first < 0 ? -1 : first + index);
  }
  return numbers;
}

export function loadMatches(steps: readonly Step[], slots: number, reader: BinaryReader): void {
  const matches = readMatches(slots, reader);
  for (const step of steps) {
    const list = (): Match[] => reader.list().map((index) => found(matches, Number(index)));
    step.hold(list(), list());
  }
}

export function loadMatchChanges(steps: readonly Step[], slots: number, reader: BinaryReader): void {
  const before = [...matchesOf(steps).keys()];
  const changed = readMatches(slots, reader);
  let next = 0;
  const matches = loadRuns(reader).map((place) => (place >= 0 ? found(before, place) : found(changed, next++)));
  const lists = steps.map(() => [loadRuns(reader), loadRuns(reader)].map((list) => list.map((index) => found(matches, index))));
  steps.forEach((step, index) => {
    const [held = [], arriving = []] = lists[index] ?? [];
    step.hold(held, arriving);
  });
}

function readMatches(slots: number, reader: BinaryReader): Match[] {
  const lists = Array.from({ length: reader.count() }, () => reader.list().map(takenOf));
  return Array.from({ length: reader.count() }, () => {
    const time = Number(reader.value());
    const expired = reader.value() === true;
    const match = new Match(Array.from({ length: slots }, () => slotOf(reader.value(), lists)));
    match.time = time;
    match.expired = expired;
    return match;
  });
}

function found(matches: readonly Match[], index: number): Match {
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
