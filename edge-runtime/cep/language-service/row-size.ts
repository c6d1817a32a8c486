import type { Attribute, AttributeType } from '../api.ts';
import type { AppPlan } from '../plan/plan.ts';

/**
 * Bytes of one value as V8 keeps it in an array of mixed values: 8 for the slot, 16 more for a number that is no small
 * integer; a string is taken at 20 characters, of which every second is shared with another row.
 */
const BYTES: Readonly<Record<AttributeType, number>> = { int: 8, bool: 8, long: 24, float: 24, double: 24, string: 28, object: 72 };
/** The array itself: its header and that of its elements. Measured: 96 bytes for a shared string and two doubles in Node 24. */
const ARRAY_BYTES = 40;

export function bytesOfRow(attributes: readonly Attribute[]): number {
  return ARRAY_BYTES + attributes.reduce((sum, { type }) => sum + BYTES[type], 0);
}

/** The same in the columns of a table, which have a third more room than rows on average: numbers stand in their slots, and a slot says what came before and after. */
export function bytesInTable(attributes: readonly Attribute[]): number {
  const apart = attributes.reduce((sum, { type }) => sum + (type === 'string' || type === 'object' ? BYTES[type] - 8 : 0), 0);
  return Math.round((attributes.length + 1) * 8 * 1.33) + apart;
}

export function attributesIn(plan: AppPlan, stream: string): readonly Attribute[] {
  return plan.streams.find((one) => one.name === stream)?.attributes ?? [];
}
