import { CepError, type Environment } from '../api.ts';
import type { RuleChange } from '../engine-api.ts';
import { Diagnostics } from '../language/diagnostics.ts';
import { didYouMean } from '../language/nearest-name.ts';
import { readBy, type AppIndex, type Removed } from './app-index.ts';
import type { StatefulParts } from './describe-state.ts';
import { planAddition } from './plan-app.ts';
import type { AppPlan, QueryPlan } from './plan.ts';
import { definitionsNamed, requireUnused, type Undefined } from './plan-undefine.ts';
import { assignStages, feedsItself, inputStreams, streamStages } from './stages.ts';

type Rules = Pick<AppPlan, 'queries' | 'partitions'>;

/** What a change of single rules comes to, checked and not yet done. */
export interface ChangePlan {
  /** What to take out: queries outside partitions, partitions with all of their queries, and what was defined. */
  removed: Removed & StatefulParts;
  /** Streams that go: those undefined, and those that nobody has defined and that nothing makes any more. */
  streamsGone: readonly string[];
  /** What is new. */
  added: AppPlan;
  /** The stage of each stream and table; those that are not in it are in the first. */
  stageOf: ReadonlyMap<string, number>;
}

/**
 * Checks a change against the app that runs, at the cost of what changes. Throws `compile.failed` with every mistake of the text,
 * or `change.unknown-rule`, `change.unknown-definition`, `change.in-partition`, `change.still-read`, `change.still-used`,
 * `change.event-time`, `change.loop` or `change.stage`.
 */
export function planRuleChange({ remove = [], undefine = [], add = '' }: RuleChange, app: AppIndex, environment: Environment): ChangePlan {
  const rules = rulesNamed(remove, app);
  const definitions = definitionsNamed(undefine, app);
  const { tables, aggregations, windows, triggers } = definitions;
  const removed = { queries: [...rules.queries, ...definitions.queries], partitions: rules.partitions, tables, aggregations, windows, triggers, definitions: definitions.names };
  const going = new Set(removed.queries);
  const without = unmade(app, going, definitions);
  const diagnostics = new Diagnostics(add);
  const hiddenNames = new Set([...without.unread, ...definitions.names]);
  const added = planAddition(add, { app, partitionsFrom: 1 + Math.max(-1, ...app.partitions.keys()), hiddenQueries: new Set(removed.queries.map((one) => one.name)), hiddenNames }, environment, diagnostics);
  failIfWrong(diagnostics);
  if (added.eventTimes.length > 0 && app.rest.eventTimes.length === 0) throw new CepError('change.event-time', 'With its first stream that runs by the time of its own events, the time of the whole app would be another.');
  requireUnused(definitions, going, new Set(rules.partitions.map((one) => one.index)), app, added);
  const madeNow = new Set([...added.queries.map((one) => one.output.target), ...added.eventTimes.map((one) => one.late)]);
  for (const [stream, reader] of without.read) if (!madeNow.has(stream)) throw new CepError('change.still-read', `Nothing would make '${stream}' any more, which '${reader.name}' reads.`);
  const stageOf = needsWhole(app, added, going) ? stagesInWhole(app, added, going, removed) : new Map<string, number>();
  return { removed, streamsGone: [...hiddenNames], added, stageOf };
}

/** Throws `compile.failed` with every mistake of a text that was planned. */
export function failIfWrong(diagnostics: Diagnostics): void {
  if (!diagnostics.failed) return;
  const list = [...diagnostics.list].sort((left, right) => left.from - right.from);
  const errors = list.filter((one) => one.severity === 'error');
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new CepError('compile.failed', `Line ${first?.line}, column ${first?.column}: ${first?.message}${more}`, list);
}

function rulesNamed(names: readonly string[], app: AppIndex): Rules {
  const removed: Rules = { queries: [], partitions: [] };
  for (const name of new Set(names)) {
    const query = app.queries.get(name);
    const partition = [...app.partitions.values()].find((one) => one.name === name);
    if (partition !== undefined) {
      removed.partitions.push(partition);
      removed.queries.push(...[...app.queries.values()].filter((one) => one.partition === partition.index));
    } else if (query?.partition !== undefined) throw new CepError('change.in-partition', `The query '${name}' lives in the partition '${app.partitions.get(query.partition)?.name}', which is changed as a whole.`);
    else if (query === undefined || app.rest.aggregations.some((one) => one.name === query.output.target)) {
      throw new CepError('change.unknown-rule', `There is no rule '${name}'. ${didYouMean(name, app.queries.keys()) ?? ''}`.trimEnd());
    } else removed.queries.push(query);
  }
  return removed;
}

/** Streams that nobody has defined and that only what goes makes: those that others read, each with one of them, and the rest. */
function unmade(app: AppIndex, going: ReadonlySet<QueryPlan>, { names, eventTimes }: Undefined): { read: Map<string, QueryPlan>; unread: Set<string> } {
  const [read, unread] = [new Map<string, QueryPlan>(), new Set<string>()];
  const stillLate = new Set(app.rest.eventTimes.flatMap((one) => (names.has(one.stream) ? [] : (one.late ?? []))));
  for (const target of [...[...going].map((one) => one.output.target), ...eventTimes.flatMap((one) => one.late ?? [])]) {
    const stream = app.streams.get(target);
    if (stream === undefined || stream.defined || stillLate.has(stream.name) || app.writers.get(stream.name)?.some((one) => !going.has(one))) continue;
    const reader = app.readers.get(stream.name)?.find((one) => !going.has(one));
    if (reader === undefined) unread.add(stream.name);
    else read.set(stream.name, reader);
  }
  return { read, unread };
}

/** Whether what is added asks models, or closes a circle, so that it has to be looked at together with what is there. */
function needsWhole(app: AppIndex, added: AppPlan, going: ReadonlySet<QueryPlan>): boolean {
  if (app.rest.models.length > 0 || added.models.length > 0) return true;
  if (app.partitions.size === 0) return false;
  const reached = new Set(added.queries.map((one) => one.output.target));
  for (const name of reached) {
    for (const query of app.readers.get(name) ?? []) if (!going.has(query)) reached.add(query.output.target);
    for (const query of added.queries) if (readBy(query).includes(name)) reached.add(query.output.target);
  }
  return added.queries.some((one) => inputStreams(one).some((name) => reached.has(name)));
}

/**
 * The stages of an app with what is added, which is given its own. Nothing that runs may have to wait for a model that it did
 * not wait for, and a partition is made for events that come back into it, or for none.
 */
function stagesInWhole(app: AppIndex, added: AppPlan, going: ReadonlySet<QueryPlan>, removed: Rules): ReadonlyMap<string, number> {
  const before = app.plan();
  const left = before.queries.filter((one) => !going.has(one));
  const partitions = before.partitions.filter((one) => !removed.partitions.includes(one));
  const whole: AppPlan = { ...before, partitions: [...partitions, ...added.partitions], queries: [...left, ...added.queries].map((one) => ({ ...one })) };
  const closed = partitions.find((one) => !feedsItself(before, one.index) && feedsItself(whole, one.index));
  if (closed !== undefined) throw new CepError('change.loop', `What '${closed.name}' puts out would come back into it, which needs an engine that begins with it.`);
  const diagnostics = new Diagnostics('');
  assignStages(whole, diagnostics);
  failIfWrong(diagnostics);
  const [stagesBefore, stagesAfter] = [streamStages(before), streamStages(whole)];
  const moved = left.find((one, index) => whole.queries[index]?.stage !== one.stage)?.name ?? [...stagesBefore].find(([name, stage]) => app.readers.has(name) && stage < (stagesAfter.get(name) ?? 0))?.[0];
  if (moved !== undefined) throw new CepError('change.stage', `'${moved}' would wait for a model from now on, which needs an engine that begins with it.`);
  added.queries.forEach((one, index) => {
    one.stage = whole.queries[left.length + index]?.stage ?? 0;
  });
  return stagesAfter;
}

