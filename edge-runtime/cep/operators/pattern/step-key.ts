import type { Access, Typed } from '../../plan/types.ts';
import { conjunctsOf } from '../../plan/conjuncts.ts';
import { isNumeric } from '../../plan/types.ts';
import type { StepBound, StepKey } from './keyed-waiting.ts';
import type { Slot } from './match.ts';

/** The equality in a step's filter by which its matches can be found, if there is one. */
export function stepKeyOf(condition: Typed): StepKey | undefined {
  for (const part of conjunctsOf(condition)) {
    if (part.kind !== 'compare' || part.operator !== '==' || part.left.type !== part.right.type) continue;
    const key = keyOf(part.left, part.right) ?? keyOf(part.right, part.left);
    if (key !== undefined) return key;
  }
  return undefined;
}

/** An order in a step's filter between the event and an earlier one: most events of a busy key end there. */
export function stepBoundOf(condition: Typed): StepBound | undefined {
  for (const part of conjunctsOf(condition)) {
    if (part.kind !== 'compare' || part.operator === '==' || part.operator === '!=' || part.left.type !== part.right.type || !isNumeric(part.left.type)) continue;
    const above = part.operator === '>' || part.operator === '>=';
    const key = keyOf(part.left, part.right);
    if (key !== undefined) return { ...key, direction: above ? 1 : -1 };
    const turned = keyOf(part.right, part.left);
    if (turned !== undefined) return { ...turned, direction: above ? -1 : 1 };
  }
  return undefined;
}

function keyOf(own: Typed, earlier: Typed): StepKey | undefined {
  if (own.kind !== 'value' || own.access.from !== 'row' || earlier.kind !== 'value' || earlier.access.from !== 'state') return undefined;
  const { index } = own.access;
  const access = earlier.access;
  // A counted step may still collect while the match waits, and would move it to another key.
  if (access.many) return undefined;
  return { ofEvent: (row) => row[index], ofMatch: (slots) => valueIn(slots, access) };
}

function valueIn(slots: readonly Slot[], access: Extract<Access, { from: 'state' }>): unknown {
  const held = slots[access.slot] ?? null;
  return held === null || Array.isArray(held) ? null : held.r[access.index];
}
