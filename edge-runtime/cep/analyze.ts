import type { Analysis, Environment } from './api.ts';
import { Diagnostics } from './language/diagnostics.ts';
import { statesOf, type StateIdentity } from './plan/describe-state.ts';
import { planApp } from './plan/plan-app.ts';
import { failIfWrong } from './plan/plan-change.ts';
import type { AppPlan, QueryPlan } from './plan/plan.ts';
import { inputStreams } from './plan/stages.ts';
import { fingerprint } from './runtime/fingerprint.ts';

/** Everything known about a text without running it. Never throws, whatever the text. */
export function analyze(text: string, environment: Environment = {}): Analysis {
  const diagnostics = new Diagnostics(text);
  return describeApp(planApp(text, environment, diagnostics), diagnostics);
}

/** What is told of a plan to those outside. */
export function describeApp(plan: AppPlan, diagnostics: Diagnostics, states: readonly StateIdentity[] = statesOf(plan)): Analysis {
  return {
    ok: !diagnostics.failed,
    ...(plan.name === undefined ? {} : { name: plan.name }),
    diagnostics: [...diagnostics.list].sort((left, right) => left.from - right.from),
    streams: plan.streams.map(({ name, attributes, defined, kind, annotations, at }) => ({ name, attributes: [...attributes], defined, kind, annotations, at })),
    sources: plan.sources,
    sinks: plan.sinks,
    models: plan.models,
    queries: plan.queries.map((query) => ({
      name: query.name,
      inputs: inputsOf(query),
      output: query.output.target,
      kind: query.input.kind !== 'single' ? query.input.kind : query.input.handlers.some((one) => one.kind === 'window') ? 'window' : 'filter',
      ...partitionOf(query, plan),
      at: query.at,
    })),
    state: states.flatMap(({ view }) => view ?? []),
  };
}

function partitionOf(query: QueryPlan, plan: AppPlan): { partition?: string } {
  const partition = plan.partitions.find((one) => one.index === query.partition);
  return partition === undefined ? {} : { partition: partition.name };
}

function inputsOf(query: QueryPlan): string[] {
  const { input } = query;
  return [...new Set(input.kind === 'join' ? [input.left.name, input.right.name] : inputStreams(query))];
}

/** A text that may run. */
export interface CompiledApp {
  readonly analysis: Analysis;
  readonly plan: AppPlan;
  /** What the text was checked with; later questions to the app are too. */
  readonly environment: Environment;
  /** Changes when the shape of the app's state does; a snapshot carries it. */
  readonly shape: string;
  /** What the app remembers, by which another version of it finds what it may take over. */
  readonly states: readonly StateIdentity[];
}

/** Checks a text for running. Throws `CepError` with every diagnostic when there is an error in it. */
export function compile(text: string, environment: Environment = {}): CompiledApp {
  const diagnostics = new Diagnostics(text);
  const plan = planApp(text, environment, diagnostics);
  const states = statesOf(plan);
  const analysis = describeApp(plan, diagnostics, states);
  failIfWrong(diagnostics);
  return { analysis, plan, environment, states, shape: shapeOf(analysis, states) };
}

/** What an app is after its plan became another. */
export function replanned({ environment }: CompiledApp, plan: AppPlan): CompiledApp {
  const states = statesOf(plan);
  const analysis = describeApp(plan, new Diagnostics(''), states);
  return { analysis, plan, environment, states, shape: shapeOf(analysis, states) };
}

function shapeOf(analysis: Analysis, states: readonly StateIdentity[]): string {
  const streams = analysis.streams.map(({ name, attributes }) => `${name}(${attributes.map((one) => one.type).join(',')})`);
  return fingerprint([...streams, ...states.flatMap(({ shapeId }) => (shapeId === '' ? [] : [shapeId])), ...analysis.queries.map((one) => one.name)].join('\n'));
}
