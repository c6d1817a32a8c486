import type { Diagnostics } from '../language/diagnostics.ts';
import type { AppPlan, QueryPlan } from './plan.ts';

/** Predictions one after the other in a chain; a loop through a model would never end. */
const STAGES_MAX = 8;

/**
 * Gives every query its stage. What follows a prediction runs later than what the prediction came from, on a clock of
 * its own; a stream belongs to the latest stage that feeds it, and so does everything that reads it. A table belongs
 * to the latest stage that reads or changes it, so that all of its changes happen on one clock. The queries of a partition
 * begin together; those behind a prediction in it run in the stage behind that, key by key.
 */
export function assignStages(plan: AppPlan, diagnostics: Diagnostics): void {
  const stageOf = new Map<string, number>();
  const stageOfAll = (names: readonly string[]): number => Math.max(0, ...names.map((one) => stageOf.get(one) ?? 0));
  const raise = (name: string, stage: number): boolean => {
    if ((stageOf.get(name) ?? 0) >= stage) return false;
    stageOf.set(name, stage);
    return true;
  };
  const divided = new Set(plan.queries.flatMap((one) => (one.partition !== undefined && predictionsOf(one) > 0 ? [one.partition] : [])));
  for (let changed = true; changed; ) {
    changed = false;
    for (const query of plan.queries) {
      const tables = tablesRead(query);
      const inputs = inputStreams(query).map((one) => placeOf(query, one));
      // The queries of a partition live together, so the partition belongs to the latest stage of all that it reads.
      const around = query.partition === undefined ? [] : [`partition ${query.partition}`];
      const isDivided = query.partition !== undefined && divided.has(query.partition);
      const outside = inputStreams(query).filter((one) => !one.startsWith('#'));
      if (isDivided) changed = around.map((one) => raise(one, stageOfAll(outside))).includes(true) || changed;
      const stage = stageOfAll([...inputs, ...tables, ...around]);
      const after = stage + predictionsOf(query);
      if (after > STAGES_MAX) {
        diagnostics.error('model.loop', { from: query.at, to: query.at + 1 }, `The query '${query.name}' feeds itself through a model, or more than ${STAGES_MAX} predictions follow one another.`);
        return;
      }
      const along = isDivided ? tables : [...tables, ...around];
      changed = [query.stage !== stage, raise(placeOf(query, query.output.target), after), ...along.map((one) => raise(one, after))].includes(true) || changed;
      query.stage = stage;
    }
  }
}

/** What a stream is known as where all are: each partition has inner streams of its own. */
export function placeOf(query: QueryPlan, stream: string): string {
  return stream.startsWith('#') ? `${query.partition}${stream}` : stream;
}

/** The streams whose events a query takes. */
export function inputStreams(query: QueryPlan): string[] {
  const { input } = query;
  switch (input.kind) {
    case 'single':
      return [input.stream];
    case 'join':
      return [input.left, input.right].filter((one) => one.source === 'stream' || one.source === 'window').map((one) => one.name);
    default:
      return input.slots.map((one) => one.stream);
  }
}

/** Whether what a partition puts out may come back into it, by whatever way. */
export function feedsItself(plan: AppPlan, partition: number): boolean {
  const own = plan.queries.filter((one) => one.partition === partition);
  const entries = new Set(own.flatMap(inputStreams).filter((one) => !one.startsWith('#')));
  const reached = new Set(own.map((one) => one.output.target));
  for (let before = -1; before !== reached.size; ) {
    before = reached.size;
    for (const query of plan.queries) if ([...inputStreams(query), ...tablesRead(query)].some((one) => reached.has(one))) reached.add(query.output.target);
  }
  return [...entries].some((one) => reached.has(one));
}

/** The tables, windows and aggregations that a query looks into, in a join or with `in`. */
export function tablesRead(query: QueryPlan): string[] {
  const { input } = query;
  const joined = input.kind === 'join' ? [input.left, input.right].filter((one) => one.source !== 'stream').map((one) => one.name) : [];
  return [...joined, ...query.tablesTested];
}

/** How many predictions lie between a query's input and its output. */
export function predictionsOf(query: QueryPlan): number {
  return query.input.kind === 'single' ? query.input.handlers.filter((one) => one.kind === 'predict').length : 0;
}

/** The stage each stream, table and aggregation belongs to: the latest that feeds it. */
export function streamStages(plan: AppPlan): Map<string, number> {
  const stages = new Map<string, number>();
  for (const query of plan.queries) {
    for (const name of [placeOf(query, query.output.target), ...tablesRead(query)]) stages.set(name, Math.max(stages.get(name) ?? 0, query.stage + predictionsOf(query)));
  }
  return stages;
}
