import type { Selector, Requirement } from './selector.ts';

/** A condition with `$1`, `$2`, … for its parameters; every value of a selector is a parameter. */
export type SqlCondition = { text: string; parameters: (string | string[])[] };

/**
 * The selector as a condition on a jsonb column of labels. Equality becomes containment and presence `?`, both of which
 * the GIN index on the column answers. `firstParameter` is the number of the first placeholder.
 */
export function selectorToSql(selector: Selector, column: string, firstParameter: number): SqlCondition {
  const parameters: (string | string[])[] = [];
  const parameter = (value: string | string[]): string => `$${firstParameter + parameters.push(value) - 1}`;
  const conditions = selector.map((requirement) => requirementToSql(requirement, column, parameter));
  return { text: conditions.length === 0 ? 'TRUE' : conditions.join(' AND '), parameters };
}

function requirementToSql(requirement: Requirement, column: string, parameter: (value: string | string[]) => string): string {
  switch (requirement.kind) {
    case 'all':
      return 'TRUE';
    case 'has':
      return `${column} ? ${parameter(requirement.key)}::text`;
    case 'hasNot':
      return `NOT (${column} ? ${parameter(requirement.key)}::text)`;
    case 'in':
      return `(${equalsAny(requirement, column, parameter)})`;
    case 'notIn':
      return `NOT (${equalsAny(requirement, column, parameter)})`;
  }
}

function equalsAny(requirement: { key: string; values: string[] }, column: string, parameter: (value: string | string[]) => string): string {
  return requirement.values.map((value) => `${column} @> ${parameter(JSON.stringify({ [requirement.key]: value }))}::jsonb`).join(' OR ');
}
