import type { QueryPlan } from './plan.ts';
import type { Typed } from './types.ts';

/** The parts of a condition that all have to hold. */
export function conjunctsOf(condition: Typed): Typed[] {
  if (condition.kind !== 'logic' || condition.operator !== 'and') return [condition];
  return [...conjunctsOf(condition.left), ...conjunctsOf(condition.right)];
}

/** The condition of which these are the parts; undefined when there are none. */
export function allOf(parts: readonly Typed[]): Typed | undefined {
  const [first, ...more] = parts;
  return more.reduce<Typed | undefined>((left, right) => left && { type: 'bool', kind: 'logic', operator: 'and', left, right }, first);
}

/** By what a rule can be found for an event: a value in one place of the row, one of `values`. */
export interface ConstantKey {
  index: number;
  values: readonly unknown[];
  /** An order with a constant that the filter asks for besides. */
  bound: ConstantBound | undefined;
}

/** A value that has to be at least (`sign` 1) or at most (-1) `limit`; where it is equal the filter decides. */
export interface ConstantBound {
  index: number;
  sign: 1 | -1;
  limit: number;
}

const KEYED = new Set(['int', 'long', 'string', 'bool']);

/** The equality with a constant, or with one of several, that a rule's filter asks for, if there is one. */
export function constantKeyOf(condition: Typed): ConstantKey | undefined {
  const parts = conjunctsOf(condition);
  for (const part of parts) {
    const found = valuesOf(part);
    if (found !== undefined) return { ...found, bound: boundOf(parts) };
  }
  return undefined;
}

/** `a == 1`, or `a == 1 or a == 2 or …` of one attribute. */
function valuesOf(part: Typed): { index: number; values: unknown[] } | undefined {
  if (part.kind === 'logic' && part.operator === 'or') {
    const [left, right] = [valuesOf(part.left), valuesOf(part.right)];
    return left === undefined || right === undefined || left.index !== right.index ? undefined : { index: left.index, values: [...new Set([...left.values, ...right.values])] };
  }
  if (part.kind !== 'compare' || part.operator !== '==' || !KEYED.has(part.left.type) || !KEYED.has(part.right.type)) return undefined;
  const [value, constant] = part.left.kind === 'constant' ? [part.right, part.left] : [part.left, part.right];
  if (value.kind !== 'value' || value.access.from !== 'row' || constant.kind !== 'constant') return undefined;
  return { index: value.access.index, values: [constant.value] };
}

function boundOf(parts: readonly Typed[]): ConstantBound | undefined {
  for (const part of parts) {
    if (part.kind !== 'compare' || part.operator === '==' || part.operator === '!=') continue;
    const turned = part.left.kind === 'constant';
    const [value, constant] = turned ? [part.right, part.left] : [part.left, part.right];
    if (value.kind !== 'value' || value.access.from !== 'row' || constant.kind !== 'constant' || typeof constant.value !== 'number') continue;
    const above = part.operator === '>' || part.operator === '>=';
    // A long beside a float is compared in single precision, which a bound in double precision does not foresee.
    if (value.type === constant.type || (value.type !== 'long' && constant.type === 'double')) return { index: value.access.index, sign: above === turned ? -1 : 1, limit: constant.value };
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

/** The value that every event of a query has to have, from the filter it begins with. */
export function queryKeyOf(query: QueryPlan): ConstantKey | undefined {
  const [first] = query.input.kind === 'single' ? query.input.handlers : [];
  return first?.kind === 'filter' ? constantKeyOf(first.condition) : undefined;
}
