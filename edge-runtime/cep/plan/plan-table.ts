import type { Attribute, AttributeType } from '../api.ts';
import type { Annotation, QueryOutput, StreamDefinition } from '../language/syntax.ts';
import { checkCondition, checkExpression, type Surroundings } from './check-expression.ts';
import { allOf, conjunctsOf } from './conjuncts.ts';
import { asType } from './functions.ts';
import type { TableChange, TableLookup, TablePlan } from './plan.ts';
import { rowSource, Scope } from './scope.ts';
import { indexOfAttribute, type RowVariable, type Typed } from './types.ts';

/** Reads `define table` with its `@primaryKey` and `@index`. */
export function planTable(definition: StreamDefinition, around: Surroundings): TablePlan {
  const attributes = definition.attributes.map((one) => ({ name: one.name.text, type: one.type }));
  const columns = (name: string): number[] => definition.annotations.filter((one) => one.name.toLowerCase() === name).flatMap((one) => columnsOf(one, definition.name.text, attributes, around));
  const store = definition.annotations.find((one) => one.name.toLowerCase() === 'store');
  if (store !== undefined) around.diagnostics.error('unsupported.store', store, 'Tables are in memory; @store is not supported.');
  const outdated = definition.annotations.find((one) => one.name.toLowerCase() === 'indexby');
  if (outdated !== undefined) around.diagnostics.error('annotation.table', outdated, '@IndexBy is not known any more.', "Write @primaryKey('a') or @index('a').");
  checkKeys(definition, around);
  return { name: definition.name.text, attributes, primaryKey: columns('primarykey'), indexes: columns('index') };
}

/** One primary key, over one attribute or several; any number of indexes, each over another attribute. */
function checkKeys({ annotations, name }: StreamDefinition, { diagnostics }: Surroundings): void {
  const [key, ...more] = annotations.filter((one) => one.name.toLowerCase() === 'primarykey');
  if (key?.elements.length === 0) diagnostics.error('annotation.table', key, `The primary key of '${name.text}' names no attribute.`, "Write @primaryKey('a').");
  for (const one of more) diagnostics.error('annotation.table', one, `'${name.text}' has a primary key already.`, "One @primaryKey('a', 'b') may name several attributes.");
  const indexed = new Set<string>();
  for (const index of annotations.filter((one) => one.name.toLowerCase() === 'index')) {
    if (index.elements.length !== 1) diagnostics.error('annotation.table', index, `An index is over one attribute, found ${index.elements.length}.`, "Write @index('a') @index('b').");
    for (const { value, at } of index.elements) {
      if (indexed.has(value)) diagnostics.error('annotation.table', at, `'${name.text}' has an index over '${value}' already.`);
      indexed.add(value);
    }
  }
}

function columnsOf(annotation: Annotation, table: string, attributes: readonly Attribute[], around: Surroundings): number[] {
  return annotation.elements.flatMap(({ value, at }) => {
    const column = indexOfAttribute(attributes, value);
    if (column >= 0) return [column];
    around.diagnostics.error('name.unknown-attribute', at, `The table '${table}' has no attribute '${value}'.`);
    return [];
  });
}

/** Checks what a query does to a table with the rows that it puts out; undefined when something was reported. */
export function planTableChange(output: Exclude<QueryOutput, { kind: 'return' }>, attributes: readonly Attribute[], table: TablePlan, around: Surroundings): TableChange | undefined {
  const put = rowSource(['output'], { name: 'output', attributes }, 'r');
  const stored = rowSource([table.name], table, 'q');
  const scope = new Scope([put, stored], { preferred: put });
  if (output.kind === 'insert' || output.kind === 'upsert') {
    if (!sameAttributes(attributes, table.attributes)) {
      around.diagnostics.error('type.insert', output.target, `The table '${table.name}' has (${form(table.attributes)}), this query puts out (${form(attributes)}).`);
      return undefined;
    }
    if (output.kind === 'insert') return { kind: 'add' };
  }
  const condition = output.on && checkCondition(output.on, scope, around, "'on'");
  if (output.on !== undefined && condition === undefined) return undefined;
  const lookup = condition && lookupOf(condition, table, 'q');
  if (condition === undefined) {
    around.diagnostics.error('type.table', output, `Say with 'on' which rows of '${table.name}' are meant.`, "'on true' means all of them.");
    return undefined;
  }
  if (output.kind === 'delete') return { kind: 'delete', condition, lookup, set: [] };
  const misfit = output.set.length === 0 ? misfitOf(attributes, table) : undefined;
  if (misfit !== undefined) {
    around.diagnostics.error('type.set', output, misfit, "Say with 'set' which attributes are to change.");
    return undefined;
  }
  const set = output.set.length === 0 ? sameNames(attributes, table) : planSet(output, table, scope, around);
  return set && { kind: output.kind, condition, lookup, set };
}

function sameAttributes(left: readonly Attribute[], right: readonly Attribute[]): boolean {
  return form(left) === form(right);
}

function form(list: readonly Attribute[]): string {
  return list.map((one) => `${one.name} ${one.type}`).join(', ');
}

/** What keeps a row that is put out from changing a table's attribute by attribute, by their names. */
function misfitOf(attributes: readonly Attribute[], table: TablePlan): string | undefined {
  for (const { name, type } of attributes) {
    const wanted = table.attributes[indexOfAttribute(table.attributes, name)]?.type;
    if (wanted === undefined) return `The table '${table.name}' has no attribute '${name}', which this query puts out.`;
    if (wanted !== type) return `'${name}' of '${table.name}' is ${wanted}, and this query puts out ${type}.`;
  }
  return undefined;
}

/** Without `set`, attributes of the same name are taken over. */
function sameNames(attributes: readonly Attribute[], table: TablePlan): { column: number; value: Typed }[] {
  return attributes.flatMap(({ name, type }, index) => {
    const column = indexOfAttribute(table.attributes, name);
    return column < 0 ? [] : [{ column, value: { kind: 'value', type, access: { from: 'row', variable: 'r', index, optional: false } } satisfies Typed }];
  });
}

/** Numbers that `set` takes for a wider type; and a double, as a number with a point is written, for a float. */
const SETTABLE: Readonly<Partial<Record<AttributeType, readonly AttributeType[]>>> = { long: ['int'], float: ['int', 'long', 'double'], double: ['int', 'long', 'float'] };

function planSet(output: Extract<QueryOutput, { kind: 'update' | 'upsert' }>, table: TablePlan, scope: Scope, around: Surroundings): { column: number; value: Typed }[] | undefined {
  const list = output.set.map(({ attribute, value }) => {
    const name = attribute.kind === 'attribute' ? attribute.name.text : '';
    const column = indexOfAttribute(table.attributes, name);
    const typed = checkExpression(value, scope, around);
    const wanted = table.attributes[column]?.type;
    if (wanted === undefined) around.diagnostics.error('name.unknown-attribute', attribute, `The table '${table.name}' has no attribute '${name}'.`);
    else if (typed !== undefined && typed.type !== wanted && !(SETTABLE[wanted]?.includes(typed.type) ?? false)) around.diagnostics.error('type.set', value, `'${name}' of '${table.name}' is ${wanted}, found ${typed.type}.`);
    else if (typed !== undefined) return { column, value: asType(wanted, typed) };
    return undefined;
  });
  const known = list.filter((one) => one !== undefined);
  return known.length === list.length ? known : undefined;
}

/** The equalities of a condition by which a table's rows can be found, with the table's row in `variable`. */
export function lookupOf(condition: Typed, table: TablePlan, variable: RowVariable): TableLookup | undefined {
  const parts = conjunctsOf(condition);
  const equal = new Map<number, { part: Typed; value: Typed }>();
  for (const part of parts) {
    if (part.kind !== 'compare' || part.operator !== '==' || part.left.type !== part.right.type) continue;
    const [own, other] = columnOf(part.left, variable) >= 0 ? [part.left, part.right] : [part.right, part.left];
    const column = columnOf(own, variable);
    if (column >= 0 && !mentions(other, variable)) equal.set(column, { part, value: other });
  }
  const lookup = (by: TableLookup['by'], columns: readonly number[]): TableLookup => {
    const found = columns.flatMap((column) => equal.get(column) ?? []);
    const [only, more] = found;
    // Several values are looked up as one text, which those of another row may come to as well.
    const rest = only === undefined || more !== undefined ? condition : allOf(parts.filter((part) => part !== only.part));
    return { by, columns, values: found.map((one) => one.value), rest };
  };
  const { primaryKey, indexes } = table;
  if (primaryKey.length > 0 && primaryKey.every((column) => equal.has(column))) return lookup('key', primaryKey);
  const index = indexes.find((column) => equal.has(column));
  return index === undefined ? undefined : lookup('index', [index]);
}

function columnOf(value: Typed, variable: RowVariable): number {
  return value.kind === 'value' && value.access.from === 'row' && value.access.variable === variable ? value.access.index : -1;
}

/** Only plain attributes and constants are looked up; anything else might look at the table's own row. */
function mentions(value: Typed, variable: RowVariable): boolean {
  if (value.kind === 'constant') return false;
  return value.kind !== 'value' || value.access.from !== 'row' || value.access.variable === variable;
}
