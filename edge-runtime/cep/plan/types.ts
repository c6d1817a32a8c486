import type { Attribute, AttributeType } from '../api.ts';
import type { EventIndex } from '../language/syntax.ts';

export type NumericType = 'int' | 'long' | 'float' | 'double';

const RANK: Readonly<Record<AttributeType, number>> = { int: 1, long: 2, float: 3, double: 4, bool: 0, string: 0, object: 0 };

export function isNumeric(type: AttributeType): type is NumericType {
  return RANK[type] > 0;
}

/** What arithmetic between two numeric types yields: int < long < float < double, as in Java. */
export function promote(left: NumericType, right: NumericType): NumericType {
  return RANK[left] >= RANK[right] ? left : right;
}

/** Where a value comes from when the generated code runs. */
export type Access =
  /** An attribute of the row in local variable `variable`; `optional` when that row may be null (outer joins). */
  | { from: 'row'; variable: RowVariable; index: number; optional: boolean }
  /** An attribute of the event that a pattern step matched. */
  | { from: 'state'; slot: number; at?: EventIndex; many: boolean; index: number }
  /** An attribute of the row being put out; for `having` and `order by`. */
  | { from: 'output'; index: number };

/** Local variables of generated code that hold rows: the event, the sides of a join or a table's row, and the row of a table that `in` looks at. */
export type RowVariable = 'r' | 'l' | 'q' | 'n';

/** An expression whose names are resolved and whose types are known. Nothing in it is text of the author. */
export type Typed = { type: AttributeType } & (
  | { kind: 'constant'; value: unknown }
  | { kind: 'value'; access: Access }
  | { kind: 'events'; slot: number; index: number; element: AttributeType }
  | { kind: 'timestamp'; of?: Access }
  | { kind: 'now' }
  | { kind: 'uuid' }
  | { kind: 'arithmetic'; operator: '+' | '-' | '*' | '/' | '%'; left: Typed; right: Typed }
  | { kind: 'compare'; operator: '<' | '<=' | '>' | '>=' | '==' | '!='; left: Typed; right: Typed }
  | { kind: 'logic'; operator: 'and' | 'or'; left: Typed; right: Typed }
  | { kind: 'not'; operand: Typed }
  | { kind: 'is-null'; operand: Typed }
  | { kind: 'no-event'; slot: number; at?: EventIndex; many: boolean }
  | { kind: 'row-null'; variable: RowVariable }
  | { kind: 'if'; condition: Typed; then: Typed; otherwise: Typed }
  /** `claimed`: its type is what the author says of it, and is looked at where it is computed with. */
  | { kind: 'call'; run: (...values: readonly unknown[]) => unknown; arguments: Typed[]; claimed?: true }
  | { kind: 'aggregate'; index: number }
  | { kind: 'in'; table: string; condition: Typed }
);

/** One aggregator of a selection and what is fed to it. */
export interface AggregatePlan {
  name: string;
  type: AttributeType;
  inputType: AttributeType | undefined;
  argument: Typed | undefined;
  /** What else was said, as constants. */
  settings?: readonly unknown[];
}

/** What stands in a call's brackets, for a message: `long, an int constant, a computed long`. */
export function foundArguments(values: readonly Typed[]): string {
  return values.length === 0 ? 'nothing' : values.map(foundArgument).join(', ');
}

function foundArgument({ kind, type }: Typed): string {
  if (kind === 'constant') return `${type === 'int' || type === 'object' ? 'an' : 'a'} ${type} constant`;
  return kind === 'value' ? type : `a computed ${type}`;
}

export interface Definition {
  name: string;
  attributes: readonly Attribute[];
}

export function indexOfAttribute(attributes: readonly Attribute[], name: string): number {
  return attributes.findIndex((one) => one.name === name);
}
