import type { Environment } from '../api.ts';
import type { Diagnostics } from '../language/diagnostics.ts';
import { didYouMean } from '../language/nearest-name.ts';
import { parseOnDemand } from '../language/parser.ts';
import type { OnDemandQuery } from '../language/syntax.ts';
import { checkCondition, type Surroundings } from './check-expression.ts';
import { planRange } from './plan-range.ts';
import { planSelection } from './plan-selection.ts';
import { lookupOf, planTableChange } from './plan-table.ts';
import type { AppPlan, RangePlan, SelectionPlan, TableChange, TableLookup } from './plan.ts';
import { rowSource, Scope } from './scope.ts';
import { makeSurroundings } from './surroundings.ts';
import type { Definition, Typed } from './types.ts';

/** A query over what an app holds now, asked from outside. */
export interface OnDemandPlan {
  source: OnDemandSource | undefined;
  selection: SelectionPlan;
  /** What is done with the result; it is the answer itself when undefined. */
  change: { table: string; change: TableChange } | undefined;
}

export interface OnDemandSource {
  kind: 'table' | 'window' | 'aggregation';
  name: string;
  condition: Typed | undefined;
  lookup: TableLookup | undefined;
  range: RangePlan | undefined;
}

/** Checks an on-demand query against the app that it asks; undefined when something was reported. */
export function planOnDemand(text: string, app: AppPlan, environment: Environment, diagnostics: Diagnostics): OnDemandPlan | undefined {
  const query = parseOnDemand(text, diagnostics, environment.variables);
  if (query === undefined || diagnostics.failed) return undefined;
  const tables = new Map(app.tables.map((one) => [one.name, one]));
  const around = makeSurroundings({ diagnostics, tables: () => tables, functions: () => app.functions, environment });
  const planned = query.source === undefined ? { scope: new Scope([]), source: undefined } : planSource(query.source, app, around);
  if (planned === undefined) return undefined;
  const selection = planSelection(query.select, planned.scope, around, { joined: true });
  if (selection === undefined) return undefined;
  const change = query.output.kind === 'return' ? undefined : planChange(query, selection, app, around);
  return diagnostics.failed ? undefined : { source: planned.source, selection, change };
}

function planSource(source: NonNullable<OnDemandQuery['source']>, app: AppPlan, around: Surroundings): { scope: Scope; source: OnDemandSource } | undefined {
  const { diagnostics } = around;
  const name = source.reference.prefix + source.reference.name;
  const table = app.tables.find((one) => one.name === name);
  const aggregation = app.aggregations.find((one) => one.name === name);
  const window = app.streams.find((one) => one.name === name && one.kind === 'window');
  const definition: Definition | undefined = table ?? aggregation ?? window;
  if (definition === undefined) {
    const known = app.streams.filter((one) => one.kind === 'table' || one.kind === 'window' || one.kind === 'aggregation').map((one) => one.name);
    diagnostics.error('name.unknown-store', source.reference, `There is no table, named window or aggregation '${name}'.`, didYouMean(name, known));
    return undefined;
  }
  const names = source.alias === undefined ? [name] : [source.alias.text, name];
  const scope = new Scope([rowSource(names, definition, 'r')]);
  const condition = source.on && checkCondition(source.on, scope, around, "'on'");
  if (source.on !== undefined && condition === undefined) return undefined;
  const range = aggregation && planRange(source.within, source.per, source.reference, new Scope([]), aggregation, around);
  if (aggregation !== undefined && range === undefined) return undefined;
  if (aggregation === undefined && (source.within !== undefined || source.per !== undefined)) {
    diagnostics.error('type.within', source.reference, `'within' and 'per' read an aggregation, and '${name}' is none.`);
    return undefined;
  }
  const lookup = table && condition && lookupOf(condition, table, 'r');
  const kind = aggregation !== undefined ? 'aggregation' : table !== undefined ? 'table' : 'window';
  return { scope, source: { kind, name, condition, lookup, range } };
}

function planChange({ output, source }: OnDemandQuery, selection: SelectionPlan, app: AppPlan, around: Surroundings): OnDemandPlan['change'] {
  if (output.kind === 'return') return undefined;
  const { diagnostics } = around;
  if (source !== undefined) {
    diagnostics.error('type.on-demand', output, "An on-demand query reads with 'from', or changes a table without it.", 'Read first, then change by what was read.');
    return undefined;
  }
  const name = output.target.prefix + output.target.name;
  const table = app.tables.find((one) => one.name === name);
  if (table === undefined) {
    diagnostics.error('name.unknown-table', output.target, `There is no table '${name}'.`, didYouMean(name, app.tables.map((one) => one.name)));
    return undefined;
  }
  if (output.kind !== 'insert' && output.on === undefined) {
    diagnostics.error('type.on-demand', output, `Say with 'on' which rows of '${name}' are meant.`, "'on true' means all of them.");
    return undefined;
  }
  const change = planTableChange(output, selection.attributes, table, around);
  return change && { table: name, change };
}
