import type { Attribute } from '../api.ts';
import type { Expression, Selection } from '../language/syntax.ts';
import { checkCondition, checkExpression, type Surroundings } from './check-expression.ts';
import type { SelectionPlan } from './plan.ts';
import { AggregateCollector, Scope } from './scope.ts';
import type { Typed } from './types.ts';

/** Where a selection stands: what its rows go into, and whether they come of several events, as those of a join or a pattern do. */
export interface SelectionPlace {
  target?: string;
  joined?: boolean;
}

/** Checks `select … group by … having … order by … limit … offset`; undefined when something was reported. */
export function planSelection(selection: Selection, scope: Scope, around: Surroundings, { target, joined = false }: SelectionPlace = {}): SelectionPlan | undefined {
  const aggregates = new AggregateCollector();
  const selected = selection.attributes.length === 0 ? everything(selection, scope, around) : chosen(selection, scope.with({ aggregates }), around);
  const groupBy = all(selection.groupBy.map((one) => checkExpression(one, scope, around)));
  if (selected === undefined || groupBy === undefined) return undefined;
  const { attributes, outputs } = selected;
  // Of one event only what is put out can be seen afterwards; of several also their own attributes.
  const afterwards = new Scope(joined ? scope.sources : [], { outputs: { attributes, values: outputs, target } });
  const having = selection.having && checkCondition(selection.having, afterwards.with({ aggregates }), around, "'having'");
  const hidden: Typed[] = [];
  const orderBy = all(
    selection.orderBy.map(({ attribute, descending }) => {
      const value = checkExpression(attribute, afterwards, around);
      if (value === undefined) return undefined;
      const column = putOutAt(value, outputs);
      return { column: column >= 0 ? column : outputs.length + hidden.push(value) - 1, descending };
    }),
  );
  const limit = planCount(selection.limit, "'limit'", around);
  const offset = planCount(selection.offset, "'offset'", around);
  if (orderBy === undefined || (selection.having !== undefined && having === undefined) || limit === 'wrong' || offset === 'wrong') return undefined;
  const identity = selection.having === undefined && hidden.length === 0 && aggregates.list.length === 0 && isIdentity(outputs, scope);
  return { attributes, outputs: [...outputs, ...hidden], identity, aggregates: aggregates.list, groupBy, having, orderBy, limit, offset };
}

/** The place of the attribute that puts a value out; -1 where none does. */
function putOutAt(value: Typed, outputs: readonly Typed[]): number {
  if (value.kind === 'value' && value.access.from === 'output') return value.access.index;
  const same = JSON.stringify(value);
  return outputs.findIndex((one) => JSON.stringify(one) === same);
}

interface Selected {
  attributes: Attribute[];
  outputs: Typed[];
}

/** `select *`: every attribute of every input, in order. */
function everything(selection: Selection, scope: Scope, around: Surroundings): Selected | undefined {
  const attributes: Attribute[] = [];
  const outputs: Typed[] = [];
  for (const source of scope.sources) {
    source.definition.attributes.forEach((attribute, index) => {
      const known = attributes.some((one) => one.name === attribute.name);
      if (known) around.diagnostics.error('name.duplicate-attribute', selection, `'select *' would put out '${attribute.name}' twice.`, "Name the attributes, with 'as' where two have the same name.");
      attributes.push(attribute);
      outputs.push({ kind: 'value', type: attribute.type, access: source.access(index, undefined) });
    });
  }
  return new Set(attributes.map((one) => one.name)).size === attributes.length ? { attributes, outputs } : undefined;
}

function chosen(selection: Selection, scope: Scope, around: Surroundings): Selected | undefined {
  const attributes: Attribute[] = [];
  const outputs: Typed[] = [];
  let complete = true;
  for (const { expression, name } of selection.attributes) {
    const value = checkExpression(expression, scope, around);
    if (attributes.some((one) => one.name === name.text)) {
      around.diagnostics.error('name.duplicate-attribute', name, `'${name.text}' is put out twice.`, "Give one of them another name with 'as'.");
      complete = false;
    }
    if (value === undefined) complete = false;
    else {
      attributes.push({ name: name.text, type: value.type });
      outputs.push(value);
    }
  }
  return complete ? { attributes, outputs } : undefined;
}

function all<T>(list: readonly (T | undefined)[]): T[] | undefined {
  const known = list.filter((one) => one !== undefined);
  return known.length === list.length ? known : undefined;
}

function planCount(expression: Expression | undefined, what: string, around: Surroundings): number | undefined | 'wrong' {
  if (expression === undefined) return undefined;
  if (expression.kind === 'constant' && (expression.type === 'int' || expression.type === 'long') && Number(expression.value) >= 0) return Number(expression.value);
  around.diagnostics.error('type.count', expression, `${what} takes a whole number from 0 up.`);
  return 'wrong';
}

function isIdentity(outputs: readonly Typed[], scope: Scope): boolean {
  const [only] = scope.sources;
  if (scope.sources.length !== 1 || only === undefined || outputs.length !== only.definition.attributes.length) return false;
  return outputs.every((one, index) => one.kind === 'value' && one.access.from === 'row' && one.access.index === index);
}
