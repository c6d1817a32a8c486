import type { Attribute } from '../api.ts';
import type { AggregationDefinition, Annotation, Duration, Expression } from '../language/syntax.ts';
import { timeOfText } from '../language/parse-time-text.ts';
import { durationNamed, inOrder } from './aggregation-time.ts';
import { AGGREGATORS } from './aggregators.ts';
import { checkExpression, type Surroundings } from './check-expression.ts';
import { planSingleInput, type ModelBook } from './plan-input.ts';
import { planSelection } from './plan-selection.ts';
import type { AggregationPlan, QueryPlan, RollupColumnPlan, RollupOutput } from './plan.ts';
import type { Scope } from './scope.ts';
import type { Definition, Typed } from './types.ts';
import { isWindow } from './windows.ts';

/** The time of an aggregation's row, which it always has. */
export const AGG_TIMESTAMP = 'AGG_TIMESTAMP';

const INCREMENTAL = ['sum', 'avg', 'count', 'min', 'max', 'distinctCount'];

/** Checks `define aggregation` over the attributes that its stream brings; undefined when something was reported. */
export function planAggregation(definition: AggregationDefinition, scope: Scope, around: Surroundings): AggregationPlan | undefined {
  return new AggregationPlanner(definition, scope, around).run();
}

/** An aggregation and the query that feeds it, which filters and extends as any other. */
export function planAggregationInput(
  definition: AggregationDefinition,
  stream: Definition,
  around: Surroundings,
  models: ModelBook,
  definitionOf: (from: number, to: number) => string,
): { aggregation: AggregationPlan; query: QueryPlan } | undefined {
  const { source } = definition;
  const window = source.handlers.find(isWindow);
  if (window !== undefined) around.diagnostics.error('type.aggregation', window, 'An aggregation takes a stream without a window.', 'Put the result of the window into a stream of its own.');
  const planned = planSingleInput(source, stream, around, models);
  const aggregation = planned && planAggregation(definition, planned.scope, around);
  const selection = planned && planSelection({ attributes: [], groupBy: [], orderBy: [], from: source.from, to: source.to }, planned.scope, around);
  if (planned?.plan === undefined || aggregation === undefined || selection === undefined || window !== undefined) return undefined;
  const query: QueryPlan = {
    name: `aggregation ${aggregation.name}`,
    named: false,
    at: definition.from,
    input: planned.plan,
    selection,
    output: { kind: 'insert', target: aggregation.name, events: 'current', change: undefined },
    rate: undefined,
    partition: undefined,
    stage: 0,
    tablesTested: [],
    definition: definitionOf(definition.from, definition.to),
    texts: { input: definitionOf(source.from, source.to), select: definitionOf(definition.select.from, definition.select.to) },
  };
  return { aggregation, query };
}

class AggregationPlanner {
  private readonly definition: AggregationDefinition;
  private readonly scope: Scope;
  private readonly around: Surroundings;
  private readonly columns: RollupColumnPlan[] = [];
  private readonly columnKeys: string[] = [];
  private readonly attributes: Attribute[] = [{ name: AGG_TIMESTAMP, type: 'long' }];
  private readonly outputs: RollupOutput[] = [{ from: 'time' }];

  constructor(definition: AggregationDefinition, scope: Scope, around: Surroundings) {
    this.definition = definition;
    this.scope = scope;
    this.around = around;
  }

  run(): AggregationPlan | undefined {
    const { definition, around } = this;
    const before = errorCount(around);
    const groupBy = definition.select.groupBy.flatMap((one) => checkExpression(one, this.scope, around) ?? []);
    for (const { expression, name } of definition.select.attributes) {
      if (this.attributes.some((one) => one.name === name.text)) {
        around.diagnostics.error('name.duplicate-attribute', name, `'${name.text}' is put out twice.`, name.text === AGG_TIMESTAMP ? 'Every aggregation has it already.' : "Give one of them another name with 'as'.");
      } else this.select(expression, name.text, groupBy);
    }
    const { having, orderBy, limit, offset } = definition.select;
    for (const clause of [having, ...orderBy.map((one) => one.attribute), limit, offset]) {
      if (clause !== undefined) around.diagnostics.error('type.aggregation', clause, "An aggregation selects and groups only; 'having', 'order by', 'limit' and 'offset' belong to what reads it.");
    }
    const by = definition.by && this.timeOf(definition.by);
    const durations = inOrder(definition.durations);
    const purge = this.purge(durations);
    this.refuseAnnotations();
    if (errorCount(around) > before) return undefined;
    return { name: definition.name.text, attributes: this.attributes, outputs: this.outputs, by, durations, groupBy, columns: this.columns, purge };
  }

  private select(expression: Expression, name: string, groupBy: readonly Typed[]): void {
    if (expression.kind === 'call' && expression.namespace === '' && AGGREGATORS.has(expression.name.text)) {
      this.aggregate(expression.name.text, expression, name);
      return;
    }
    const value = checkExpression(expression, this.scope, this.around);
    if (value === undefined) return;
    const group = groupBy.findIndex((one) => sameAttribute(one, value));
    this.put(name, value.type, group >= 0 ? { from: 'group', index: group } : { from: 'column', index: this.column('latest', value) });
  }

  private aggregate(aggregator: string, call: Extract<Expression, { kind: 'call' }>, name: string): void {
    const { diagnostics } = this.around;
    if (!INCREMENTAL.includes(aggregator)) {
      diagnostics.error('type.aggregate', call.name, `${aggregator} cannot be put together from parts; an aggregation has ${INCREMENTAL.join(', ')}.`);
      return;
    }
    const [given, ...more] = call.arguments;
    if (more.length > 0 || call.star) {
      diagnostics.error('type.arguments', call, `${aggregator} takes at most one argument in an aggregation, found ${call.star ? '*' : call.arguments.length}.`);
      return;
    }
    if (given !== undefined && given.kind !== 'attribute') {
      diagnostics.error('type.arguments', given, `${aggregator} takes a plain attribute in an aggregation.`, 'Make the value in a query before it, and aggregate its result.');
      return;
    }
    const argument = given && checkExpression(given, this.scope, this.around);
    if (given !== undefined && argument === undefined) return;
    const type = AGGREGATORS.get(aggregator)?.type(argument?.type);
    if (typeof type !== 'string') {
      diagnostics.error('type.arguments', call, `${aggregator} ${type?.wrong ?? 'is unknown'}.`);
      return;
    }
    this.put(name, type, this.outputOf(aggregator, argument));
  }

  private outputOf(aggregator: string, argument: Typed | undefined): RollupOutput {
    const whole = argument?.type === 'int' || argument?.type === 'long';
    switch (aggregator) {
      case 'avg':
        return { from: 'mean', sum: this.column('double-sum', argument), count: this.column('present', argument) };
      case 'sum':
        return { from: 'column', index: this.column(whole ? 'long-sum' : 'double-sum', argument) };
      case 'min':
      case 'max':
        return { from: 'column', index: this.column(aggregator, argument) };
      case 'distinctCount':
        return { from: 'column', index: this.column('distinct', argument) };
      default:
        return { from: 'column', index: this.column('count', undefined) };
    }
  }

  /** Columns of one kind over one attribute are kept once. */
  private column(kind: RollupColumnPlan['kind'], argument: Typed | undefined): number {
    const index = argument?.kind === 'value' && argument.access.from === 'row' ? argument.access.index : -1;
    const key = argument === undefined ? kind : `${kind} ${index}`;
    const known = kind === 'latest' || (argument !== undefined && index < 0) ? -1 : this.columnKeys.indexOf(key);
    if (known >= 0) return known;
    this.columnKeys.push(key);
    return this.columns.push({ kind, argument }) - 1;
  }

  private put(name: string, type: Attribute['type'], output: RollupOutput): void {
    this.attributes.push({ name, type });
    this.outputs.push(output);
  }

  private timeOf(by: Expression): Typed | undefined {
    const value = checkExpression(by, this.scope, this.around);
    if (value === undefined || value.type === 'long' || value.type === 'string') return value;
    this.around.diagnostics.error('type.aggregation', by, `'aggregate by' takes a long or a string such as '2024-05-06 07:08:09', found ${value.type}.`);
    return undefined;
  }

  private refuseAnnotations(): void {
    for (const annotation of this.definition.annotations) {
      const name = annotation.name.toLowerCase();
      const { diagnostics } = this.around;
      if (name === 'primarykey') diagnostics.error('annotation.aggregation', annotation, `'${this.definition.name.text}' has a primary key already: its time and groups.`);
      if (name === 'store' || name === 'persistedaggregation') diagnostics.error('unsupported.store', annotation, `Aggregations are in memory; @${annotation.name} is not supported.`);
      if (name === 'partitionbyid' && elementOf(annotation, 'enable')?.value.toLowerCase() !== 'false') diagnostics.error('unsupported.store', annotation, `@${annotation.name} divides an aggregation between servers, which is not supported.`);
    }
  }

  private purge(durations: readonly Duration[]): AggregationPlan['purge'] {
    const annotation = this.definition.annotations.find((one) => one.name.toLowerCase() === 'purge');
    const retention: Partial<Record<Duration, number>> = {};
    for (const one of durations) {
      const time = KEPT[one];
      if (time !== undefined) retention[one] = time;
    }
    const enable = elementOf(annotation, 'enable');
    if (enable !== undefined && !/^(true|false)$/i.test(enable.value)) this.wrong(enable.at, `'enable' of @purge is 'true' or 'false', found '${enable.value}'.`);
    const interval = elementOf(annotation, 'interval');
    const every = interval === undefined ? 15 * MINUTE : timeOfText(interval.value);
    if (interval !== undefined && every === undefined) this.wrong(interval.at, `'interval' of @purge is a time such as '10 min', found '${interval.value}'.`);
    for (const { key, value, at } of annotation?.annotations.find((one) => one.name.toLowerCase() === 'retentionperiod')?.elements ?? []) {
      const duration = durationNamed(key);
      const time = timeOfText(value);
      if (duration === undefined || !durations.includes(duration)) this.wrong(at, `'${this.definition.name.text}' is not aggregated by '${key}', only by ${durations.join(', ')}.`);
      else if (value.trim().toLowerCase() === 'all') delete retention[duration];
      else if (time === undefined) this.wrong(at, `A retention is a time such as '1 day', or 'all', found '${value}'.`);
      else if (time < LEAST[duration]) this.wrong(at, `What is aggregated by ${duration} is kept for at least ${LEAST[duration] / MINUTE} minutes, since coarser rows are made of it; found '${value}'.`);
      else retention[duration] = time;
    }
    return enable?.value.toLowerCase() === 'false' || every === undefined ? undefined : { every, retention };
  }

  private wrong(at: { from: number; to: number }, message: string): void {
    this.around.diagnostics.error('annotation.purge', at, message);
  }
}

const MINUTE = 60_000;
const DAY = 86_400_000;
/** How long rows are kept when nothing is said. */
const KEPT: Readonly<Partial<Record<Duration, number>>> = { sec: 2 * MINUTE, min: DAY, hour: 30 * DAY, day: 365 * DAY };
/** Less than that and a coarser row could lose a part. */
const LEAST: Readonly<Record<Duration, number>> = { sec: 2 * MINUTE, min: 120 * MINUTE, hour: 25 * 60 * MINUTE, day: 32 * DAY, month: 13 * 30 * DAY, year: 0 };

function elementOf(annotation: Annotation | undefined, key: string): Annotation['elements'][number] | undefined {
  return annotation?.elements.find((one) => one.key.toLowerCase() === key);
}

function errorCount(around: Surroundings): number {
  return around.diagnostics.list.filter((one) => one.severity === 'error').length;
}

function sameAttribute(left: Typed, right: Typed): boolean {
  return left.kind === 'value' && right.kind === 'value' && left.access.from === 'row' && right.access.from === 'row' && left.access.index === right.access.index;
}
