import type { Expression } from '../language/syntax.ts';
import type { Span } from '../language/diagnostics.ts';
import { durationNamed, momentOf, rangeOfText, WITHIN_FORMS } from './aggregation-time.ts';
import { checkExpression, type Surroundings } from './check-expression.ts';
import type { AggregationPlan, RangePlan } from './plan.ts';
import type { Scope } from './scope.ts';
import type { Typed } from './types.ts';

/** Checks `within start, end per 'days'` over an aggregation; what is constant is checked now and not at the first event. */
export function planRange(
  within: { start: Expression; end?: Expression } | undefined,
  per: Expression | undefined,
  at: Span,
  scope: Scope,
  aggregation: AggregationPlan,
  around: Surroundings,
): RangePlan | undefined {
  const { diagnostics } = around;
  if (within === undefined || per === undefined) {
    diagnostics.error('type.within', at, `The aggregation '${aggregation.name}' is read with 'within' and 'per'.`, "Write within start, end per 'hours', for example.");
    return undefined;
  }
  const start = checkExpression(within.start, scope, around);
  const end = within.end && checkExpression(within.end, scope, around);
  const granularity = checkExpression(per, scope, around);
  if (start === undefined || granularity === undefined || (within.end !== undefined && end === undefined)) return undefined;
  const before = diagnostics.list.length;
  if (within.end === undefined) checkPattern(start, within.start, around);
  else {
    checkMoment(start, within.start, around);
    if (end !== undefined) checkMoment(end, within.end, around);
    checkOrder(start, end, within.start, around);
  }
  checkPer(granularity, per, aggregation, around);
  return diagnostics.list.length === before ? { start, end, per: granularity } : undefined;
}

function checkPattern(value: Typed, at: Span, { diagnostics }: Surroundings): void {
  if (value.type !== 'string') diagnostics.error('type.within', at, `'within' takes one string, or a start and an end, found ${value.type}.`);
  else if (value.kind === 'constant' && rangeOfText(String(value.value)) === undefined) diagnostics.error('type.within', at, `'within' takes ${WITHIN_FORMS}, found '${String(value.value)}'.`);
}

function checkMoment(value: Typed, at: Span, { diagnostics }: Surroundings): void {
  if (value.type !== 'string' && value.type !== 'long') diagnostics.error('type.within', at, `A start or end of 'within' is a long or a string, found ${value.type}.`, value.type === 'int' ? 'Write L behind the number for a long.' : undefined);
  else if (value.type === 'string' && value.kind === 'constant' && momentOf(String(value.value)) === undefined) {
    diagnostics.error('type.within', at, `A start or end of 'within' is written 'yyyy-MM-dd HH:mm:ss' or 'yyyy-MM-dd HH:mm:ss +05:30', found '${String(value.value)}'.`);
  }
}

function checkOrder(start: Typed, end: Typed | undefined, at: Span, { diagnostics }: Surroundings): void {
  const [from, to] = [constantMoment(start), constantMoment(end)];
  if (from !== undefined && to !== undefined && from >= to) diagnostics.error('type.within', at, `The start of 'within' lies before its end, found ${from} and ${to}.`);
}

function constantMoment(value: Typed | undefined): number | undefined {
  if (value?.kind !== 'constant') return undefined;
  return value.type === 'string' ? momentOf(String(value.value)) : Number(value.value);
}

function checkPer(value: Typed, at: Span, aggregation: AggregationPlan, { diagnostics }: Surroundings): void {
  if (value.type !== 'string') {
    diagnostics.error('type.per', at, `'per' takes a string such as 'hours', found ${value.type}.`);
    return;
  }
  if (value.kind !== 'constant') return;
  const duration = durationNamed(String(value.value));
  const known = aggregation.durations.join(', ');
  if (duration === undefined) diagnostics.error('type.per', at, `'per' takes 'seconds', 'minutes', 'hours', 'days', 'months' or 'years', found '${String(value.value)}'.`);
  else if (!aggregation.durations.includes(duration)) diagnostics.error('type.per', at, `'${aggregation.name}' is not aggregated by ${duration}, only by ${known}.`);
}
