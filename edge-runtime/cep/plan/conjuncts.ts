import type { Typed } from './types.ts';

/** The parts of a condition that all have to hold. */
export function conjunctsOf(condition: Typed): Typed[] {
  if (condition.kind !== 'logic' || condition.operator !== 'and') return [condition];
  return [...conjunctsOf(condition.left), ...conjunctsOf(condition.right)];
}

/** `attribute == constant` in a filter: where the value stands in the row, and which value it has to be. */
export interface ConstantKey {
  index: number;
  value: unknown;
}

const KEYED = new Set(['int', 'long', 'string', 'bool']);

/** The equality with a constant by which a rule can be found for an event, if its filter asks for one. */
export function constantKeyOf(condition: Typed): ConstantKey | undefined {
  for (const part of conjunctsOf(condition)) {
    if (part.kind !== 'compare' || part.operator !== '==' || !KEYED.has(part.left.type) || !KEYED.has(part.right.type)) continue;
    const [value, constant] = part.left.kind === 'constant' ? [part.right, part.left] : [part.left, part.right];
    if (value.kind === 'value' && value.access.from === 'row' && constant.kind === 'constant') return { index: value.access.index, value: constant.value };
  }
  return undefined;
}

/** The columns of a join's sides that have to be equal, where both are of one type. */
export function joinKeyOf(condition: Typed): { left: number; right: number } | undefined {
  for (const part of conjunctsOf(condition)) {
    if (part.kind !== 'compare' || part.operator !== '==' || part.left.type !== part.right.type) continue;
    const [one, two] = [part.left, part.right];
    if (one.kind !== 'value' || two.kind !== 'value' || one.access.from !== 'row' || two.access.from !== 'row') continue;
    if (one.access.variable === 'l' && two.access.variable === 'q') return { left: one.access.index, right: two.access.index };
    if (one.access.variable === 'q' && two.access.variable === 'l') return { left: two.access.index, right: one.access.index };
  }
  return undefined;
}
