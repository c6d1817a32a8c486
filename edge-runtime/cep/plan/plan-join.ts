import type { JoinInput } from '../language/syntax.ts';
import { checkCondition, type Surroundings } from './check-expression.ts';
import { planSingleInput, type ModelBook } from './plan-input.ts';
import { planRange } from './plan-range.ts';
import { lookupOf } from './plan-table.ts';
import type { AggregationPlan, JoinInputPlan, JoinSidePlan, TablePlan } from './plan.ts';
import { sideSource, Scope, type ScopeSource } from './scope.ts';
import type { Definition } from './types.ts';

/** Where the streams and tables of an app are looked up. */
export interface Definitions {
  stream(name: string): Definition | undefined;
  isWindow(name: string): boolean;
  table(name: string): TablePlan | undefined;
  aggregation(name: string): AggregationPlan | undefined;
}

/** Checks a join of two streams, or of a stream and a table. Without `input` its condition was reported, and the rest can be checked. */
export function planJoin(input: JoinInput, definitions: Definitions, around: Surroundings, models: ModelBook): { input: JoinInputPlan | undefined; scope: Scope } | undefined {
  const left = planSide(input, 'left', definitions, around, models);
  const right = planSide(input, 'right', definitions, around, models);
  if (left === undefined || right === undefined) return undefined;
  if (!left.plan.triggers && !right.plan.triggers) {
    around.diagnostics.error('type.join', input, 'One side of a join has to be a stream whose events set it off.');
    return undefined;
  }
  const scope = new Scope([left.scope, right.scope]);
  if (!planRanges(input, left, right, around)) return undefined;
  const condition = input.on && checkCondition(input.on, scope, around, "'on'");
  if (input.on !== undefined && condition === undefined) return { input: undefined, scope };
  if (condition !== undefined) {
    if (left.table !== undefined) left.plan.lookup = lookupOf(condition, left.table, 'l');
    if (right.table !== undefined) right.plan.lookup = lookupOf(condition, right.table, 'q');
  }
  return { input: { kind: 'join', left: left.plan, right: right.plan, condition }, scope };
}

interface Side {
  plan: JoinSidePlan;
  scope: ScopeSource;
  table: TablePlan | undefined;
  aggregation?: AggregationPlan;
}

/** `within … per` of the aggregation that is joined, over the event of the other side; there is none without. */
function planRanges(input: JoinInput, left: Side, right: Side, around: Surroundings): boolean {
  const [side, other] = left.aggregation === undefined ? [right, left] : [left, right];
  if (side.aggregation === undefined) {
    if (input.within === undefined && input.per === undefined) return true;
    around.diagnostics.error('type.within', input, "'within' and 'per' read an aggregation, and this join has none.");
    return false;
  }
  const range = planRange(input.within, input.per, input, new Scope([other.scope]), side.aggregation, around);
  if (range !== undefined) side.plan.range = range;
  return range !== undefined;
}

function planSide(input: JoinInput, side: 'left' | 'right', definitions: Definitions, around: Surroundings, models: ModelBook): Side | undefined {
  const single = input[side];
  const name = single.source.prefix + single.source.name;
  const names = [single.alias?.text ?? name];
  const outer = input.type === side || input.type === 'full';
  // Of an outer join, the other side's row may be missing.
  const optional = input.type === 'full' || (input.type === 'left' && side === 'right') || (input.type === 'right' && side === 'left');
  const variable = side === 'left' ? 'l' : 'q';
  const table = definitions.table(name);
  if (table !== undefined) {
    const plan: JoinSidePlan = { source: 'table', name, handlers: [], triggers: false, outer: false, lookup: undefined };
    if (single.handlers.length > 0) around.diagnostics.error('type.join', single, `'${name}' is a table; filters and windows do not apply to it.`, "Put the condition after 'on'.");
    return { plan, scope: sideSource(names, table, variable, optional), table };
  }
  const aggregation = definitions.aggregation(name);
  if (aggregation !== undefined) {
    const plan: JoinSidePlan = { source: 'aggregation', name, handlers: [], triggers: false, outer: false, lookup: undefined };
    if (single.handlers.length > 0) around.diagnostics.error('type.join', single, `'${name}' is an aggregation; filters and windows do not apply to it.`, "Put the condition after 'on'.");
    return { plan, scope: sideSource(names, aggregation, variable, optional), table: undefined, aggregation };
  }
  const definition = definitions.stream(name);
  const planned = definition && planSingleInput(single, definition, around, models);
  if (definition === undefined || planned?.plan === undefined) return undefined;
  if (planned.predictions > 0) {
    around.diagnostics.error('unsupported.join', single, 'A prediction cannot stand in a join.', 'Make it in a query of its own, and join its result.');
    return undefined;
  }
  const triggers = input.unidirectional === undefined || input.unidirectional === side;
  const attributes = planned.scope.sources[0]?.definition ?? definition;
  const window = definitions.isWindow(name);
  if (window && planned.plan.handlers.some((one) => one.kind !== 'filter')) {
    around.diagnostics.error('type.join', single, `'${name}' is a window already; it takes filters only.`);
    return undefined;
  }
  return { plan: { source: window ? 'window' : 'stream', name, handlers: planned.plan.handlers, triggers, outer, lookup: undefined }, scope: sideSource(names, attributes, variable, optional), table: undefined };
}
