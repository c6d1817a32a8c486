import type { Step } from '../answer-case.ts';
import type { Choices } from './choices.ts';

export type ValueType = 'int' | 'long' | 'float' | 'double' | 'bool' | 'string';

export interface Column {
  name: string;
  type: ValueType;
}

export interface StreamShape {
  name: string;
  columns: readonly Column[];
  /** How often a value is missing, in per cent. */
  missing?: number;
  /** The texts of its string attributes. */
  words?: readonly string[];
}

/** When every case begins. */
export const CASE_START = 1000;

const GAPS = [0, 1, 0, 3, 1, 7, 12, 0, 5, 25];

export function defineStream({ name, columns }: StreamShape): string {
  return `define stream ${name} (${columns.map((one) => `${one.name} ${one.type}`).join(', ')});`;
}

/** Events, chunks and moves of the clock over some streams; time never goes back, and moves on by at least `apart` from event to event. */
export function generateSteps(choices: Choices, streams: readonly StreamShape[], atMost = 24, tail = 100, apart = 0): Step[] {
  let now = CASE_START;
  const steps: Step[] = [];
  const count = 2 + choices.below(atMost - 1);
  for (let index = 0; index < count; index++) {
    const kind = choices.below(12);
    now += Math.max(choices.pick(GAPS), apart);
    const stream = choices.pick(streams);
    if (kind === 11) steps.push({ advance: (now += choices.pick([3, 11, 14, 35])) });
    else if (kind === 10) {
      const events = choices.several(1, 4, (): [number, unknown[]] => [(now += Math.max(choices.pick([0, 0, 1]), apart)), rowOf(choices, stream)]);
      steps.push({ batch: stream.name, events });
    } else steps.push([stream.name, now, rowOf(choices, stream)]);
  }
  if (tail > 0) steps.push({ advance: now + tail });
  return steps;
}

/** The events of chunks one by one: a chunk moves the clock once, and so makes several keys of a partition due together. */
export function oneByOne(steps: readonly Step[]): Step[] {
  return steps.flatMap((step): Step[] => ('batch' in step ? step.events.map(([time, row]): Step => [step.batch, time, row]) : [step]));
}

function rowOf(choices: Choices, { columns, missing = 0, words = ['x', 'y', 'z'] }: StreamShape): unknown[] {
  return columns.map(({ type }) => (missing > 0 && choices.chance(missing) ? null : valueOf(choices, type, words)));
}

function valueOf(choices: Choices, type: ValueType, words: readonly string[]): unknown {
  switch (type) {
    case 'int':
      return choices.below(8);
    case 'long':
      return choices.below(100);
    case 'float':
      return choices.below(40) / 4;
    case 'double':
      return choices.below(40) / 8;
    case 'bool':
      return choices.below(2) === 1;
    case 'string':
      return choices.pick(words);
  }
}

/** The last attribute of an event is the time at which it comes. */
export function ownTimes(steps: readonly Step[]): Step[] {
  const own = ([time, row]: readonly [number, readonly unknown[]]): readonly [number, unknown[]] => [time, [...row.slice(0, -1), time]];
  return steps.map((step): Step => {
    if ('batch' in step) return { ...step, events: step.events.map(own) };
    if (!('length' in step)) return step;
    const [time, row] = own([step[1], step[2]]);
    return [step[0], time, row];
  });
}
