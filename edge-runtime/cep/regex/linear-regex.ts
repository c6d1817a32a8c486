import { parseRegex } from './parse.ts';
import { WORD } from './character-class.ts';
import { RegexFailure, UNLIMITED, type Node, type Place } from './syntax.ts';

/** Steps that a program may have: counts are written out. */
const PROGRAM_MAX = 10_000;

type Step =
  | { kind: 'take'; has: (point: number) => boolean }
  | { kind: 'either'; first: number; second: number }
  | { kind: 'go'; to: number }
  | { kind: 'mark'; slot: number }
  | { kind: 'place'; at: Place }
  | { kind: 'found' };

/** Where a match stands: from and to, then from and to of each group; -1 where a group took no part. */
export type Found = readonly number[];

/**
 * A regular expression that runs in time linear in the text, whatever the expression: all ways to match are followed
 * side by side, in the order of preference in which a backtracking matcher would try them (Thompson's construction, as
 * Pike extended it to groups). Syntax and results are Java's; what cannot be run so is refused.
 */
export class LinearRegex {
  readonly groups: number;
  private readonly steps: readonly Step[];

  /** Throws `RegexFailure` with a reason. */
  constructor(pattern: string) {
    const { node, groups } = parseRegex(pattern);
    this.groups = groups;
    const steps: Step[] = [];
    write(node, steps);
    steps.push({ kind: 'found' });
    this.steps = steps;
  }

  /** The first match at or after `from`. */
  find(text: string, from = 0): Found | undefined {
    return this.run(text, from, false, false);
  }

  /** A match that begins where the text does. */
  atStart(text: string): Found | undefined {
    return this.run(text, 0, true, false);
  }

  /** A match of the text as a whole. */
  whole(text: string): Found | undefined {
    return this.run(text, 0, true, true);
  }

  private run(text: string, from: number, anchored: boolean, whole: boolean): Found | undefined {
    const { steps } = this;
    const slots = (this.groups + 1) * 2;
    let now = new Threads(steps.length);
    let next = new Threads(steps.length);
    let found: number[] | undefined;
    for (let at = from; ; ) {
      if (found === undefined && (!anchored || at === from)) {
        const marks = Array.from<number>({ length: slots }).fill(-1);
        marks[0] = at;
        follow(steps, now, 0, marks, text, at);
      }
      if (now.size === 0 && (anchored || found !== undefined)) break;
      const point = text.codePointAt(at);
      for (let index = 0; index < now.size; index++) {
        const step = steps[now.step(index)];
        const marks = now.marks(index);
        if (step?.kind === 'found') {
          if (whole && at < text.length) continue;
          found = [...marks];
          found[1] = at;
          // Those that come after would have been tried later: this one is preferred to them.
          break;
        }
        if (step?.kind === 'take' && point !== undefined && step.has(point)) follow(steps, next, now.step(index) + 1, marks, text, at + width(point));
      }
      if (point === undefined) break;
      at += width(point);
      [now, next] = [next, now];
      next.clear();
    }
    return found;
  }
}

/** A regular expression, or why the pattern is none. */
export function linearRegex(pattern: string): LinearRegex | { wrong: string } {
  try {
    return new LinearRegex(pattern);
  } catch (failure) {
    if (failure instanceof RegexFailure) return { wrong: failure.message };
    throw failure;
  }
}

/** The places that a match has reached, each once, in the order of preference. */
class Threads {
  private readonly seen: Uint8Array;
  private readonly order: number[] = [];
  private readonly held: (readonly number[])[] = [];

  constructor(length: number) {
    this.seen = new Uint8Array(length);
  }

  get size(): number {
    return this.order.length;
  }

  step(index: number): number {
    return this.order[index] ?? 0;
  }

  marks(index: number): readonly number[] {
    return this.held[index] ?? [];
  }

  /** False when the place was reached by a better way already. */
  enter(step: number): boolean {
    if (this.seen[step] === 1) return false;
    this.seen[step] = 1;
    return true;
  }

  add(step: number, marks: readonly number[]): void {
    this.order.push(step);
    this.held.push(marks);
  }

  clear(): void {
    this.seen.fill(0);
    this.order.length = 0;
    this.held.length = 0;
  }
}

/** Adds a step and all that can be reached from it without taking a character. */
function follow(steps: readonly Step[], threads: Threads, from: number, given: readonly number[], text: string, at: number): void {
  const waiting: { step: number; marks: readonly number[] }[] = [{ step: from, marks: given }];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    const { step: index, marks } = one;
    if (!threads.enter(index)) continue;
    const step = steps[index];
    switch (step?.kind) {
      case 'go':
        waiting.push({ step: step.to, marks });
        break;
      case 'either':
        waiting.push({ step: step.second, marks }, { step: step.first, marks });
        break;
      case 'mark': {
        const marked = [...marks];
        marked[step.slot] = at;
        waiting.push({ step: index + 1, marks: marked });
        break;
      }
      case 'place':
        if (stands(step.at, text, at)) waiting.push({ step: index + 1, marks });
        break;
      case 'take':
      case 'found':
        threads.add(index, marks);
        break;
      case undefined:
        break;
    }
  }
}

function stands(place: Place, text: string, at: number): boolean {
  switch (place) {
    case 'start':
      return at === 0;
    case 'line-start':
      return at === 0 || (lineEnds(text, at - 1) && at < text.length);
    case 'very-end':
      return at === text.length;
    case 'end':
      return at === text.length || text.slice(at) === '\r\n' || (at === text.length - 1 && lineEnds(text, at) && text.slice(at - 1) !== '\r\n');
    case 'line-end':
      return at === text.length || lineEnds(text, at);
    case 'word-edge':
    case 'no-word-edge': {
      const edge = isWord(text, at - 1) !== isWord(text, at);
      return place === 'word-edge' ? edge : !edge;
    }
  }
}

function lineEnds(text: string, at: number): boolean {
  return '\n\r\u0085\u2028\u2029'.includes(text[at] ?? ' ');
}

function isWord(text: string, at: number): boolean {
  const point = at < 0 ? undefined : text.codePointAt(at);
  return point !== undefined && WORD(point);
}

function width(point: number): number {
  return point > 0xffff ? 2 : 1;
}

function write(node: Node, steps: Step[]): void {
  if (steps.length > PROGRAM_MAX) throw new RegexFailure(`it stands for more than ${PROGRAM_MAX} steps`);
  switch (node.kind) {
    case 'set':
      steps.push({ kind: 'take', has: node.has });
      return;
    case 'place':
      steps.push({ kind: 'place', at: node.at });
      return;
    case 'sequence':
      for (const part of node.parts) write(part, steps);
      return;
    case 'group':
      steps.push({ kind: 'mark', slot: node.index * 2 });
      write(node.part, steps);
      steps.push({ kind: 'mark', slot: node.index * 2 + 1 });
      return;
    case 'choice':
      writeChoice(node.options, steps);
      return;
    case 'repeat':
      writeRepeat(node, steps);
  }
}

function writeChoice(options: readonly Node[], steps: Step[]): void {
  const ends: { kind: 'go'; to: number }[] = [];
  options.forEach((option, index) => {
    if (index === options.length - 1) {
      write(option, steps);
      return;
    }
    const either = { kind: 'either' as const, first: steps.length + 1, second: 0 };
    steps.push(either);
    write(option, steps);
    const end = { kind: 'go' as const, to: 0 };
    steps.push(end);
    ends.push(end);
    either.second = steps.length;
  });
  for (const end of ends) end.to = steps.length;
}

function writeRepeat({ part, min, max, greedy }: Extract<Node, { kind: 'repeat' }>, steps: Step[]): void {
  for (let count = 0; count < min; count++) write(part, steps);
  const optional = (body: () => void): void => {
    const at = steps.length;
    const either = { kind: 'either' as const, first: at + 1, second: at + 1 };
    steps.push(either);
    body();
    if (greedy) either.second = steps.length;
    else either.first = steps.length;
  };
  if (max === UNLIMITED) {
    const again = steps.length;
    optional(() => {
      write(part, steps);
      steps.push({ kind: 'go', to: again });
    });
    return;
  }
  const nested = (left: number): void => {
    if (left > 0) {
      optional(() => {
        write(part, steps);
        nested(left - 1);
      });
    }
  };
  nested(max - min);
}
