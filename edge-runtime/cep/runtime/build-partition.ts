import type { PartitionPlan, QueryPlan } from '../plan/plan.ts';
import { inputStreams, predictionsOf } from '../plan/stages.ts';
import { predictionsIn, type PredictionPlace, type QueryContext } from './query-context.ts';
import type { Receiver } from './receiver.ts';
import { NOWHERE } from './junction.ts';
import type { Exits, Member } from './partition-member.ts';
import { RunningPartition } from './partition.ts';
import type { KeyedSend, StageChain } from './stage-chain.ts';
import type { Port } from './stage-runtime.ts';

/** What a partition needs from the app around it. */
export interface PartitionSurroundings {
  chain: StageChain;
  /** The stage of each stream. */
  stageOf: ReadonlyMap<string, number>;
  /** Whether what it puts out may come back into it. */
  loops: boolean;
  contextOf(query: QueryPlan, stage: number): QueryContext;
  /** Sends rows of a key to a model, and from there to `receiver`. */
  predict(prediction: PredictionPlace, stage: number, receiver: Port['receiver']): KeyedSend;
  isWindow(stream: string): boolean;
  /** Where a stream of the app is heard. */
  source(stream: string): { subscribe(receiver: Receiver): void };
}

/**
 * Makes a partition: one part for each stage in which it has something to do, the earliest first; one alone where there
 * are no predictions in it. What passes from a part to a later one takes its key along, and finds what is the key's there.
 */
export function buildPartition(plan: PartitionPlan, queries: readonly QueryPlan[], around: PartitionSurroundings): RunningPartition[] {
  const sections = queries.flatMap(sectionsOf);
  const stages = [...new Set(sections.map((one) => one.stage))].sort((left, right) => right - left);
  const parts = new Map<number, RunningPartition>();
  const entry = (stage: number, name: string): Port['receiver'] => (key) => parts.get(stage)?.entry(name, key) ?? NOWHERE;
  // The latest first: the earlier ones lead into them.
  for (const stage of stages) {
    const members = sections.filter((one) => one.stage === stage).map(({ query, behind }): Member => ({ plan: query, behind, context: around.contextOf(query, stage) }));
    const entered = innerStreams(queries).filter((stream) => readIn(queries, stream).includes(stage) && madeIn(queries, stream).some((one) => one < stage));
    const exits: Exits = {
      prediction: once((id) => around.predict(predictionOf(queries, id), stage, entry(stage + 1, id))),
      inner: once((stream) =>
        readIn(queries, stream)
          .filter((later) => later > stage)
          .map((later) => around.chain.keyedCrossing(stage, later, `${plan.name}/${stream} from ${stage} to ${later}`, entry(later, stream))),
      ),
    };
    parts.set(stage, new RunningPartition(plan, members, around.chain.at(stage), around.isWindow, around.loops, entered, stages.length > 1 ? exits : undefined));
  }
  return [...parts].reverse().map(([stage, running], later) => {
    for (const stream of running.inputs) {
      const id = `${plan.name}/from ${stream}${later === 0 ? '' : ` behind ${later}`}`;
      around.source(stream).subscribe(around.chain.crossing(around.stageOf.get(stream) ?? 0, stage, id, running.receiver(stream)));
    }
    return running;
  });
}

/** Each way out is made once, however many copies of a query lead to it. */
function once<T>(make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>();
  return (name) => {
    const known = made.get(name) ?? make(name);
    made.set(name, known);
    return known;
  };
}

function predictionOf(queries: readonly QueryPlan[], id: string): PredictionPlace {
  const found = queries.flatMap(predictionsIn).find((one) => one.id === id);
  if (found === undefined) throw new TypeError(`There is no prediction '${id}'.`);
  return found;
}

interface Section {
  query: QueryPlan;
  stage: number;
  behind: PredictionPlace | undefined;
}

/** A query up to its first prediction, and what is behind each. */
function sectionsOf(query: QueryPlan): Section[] {
  const behind = predictionsIn(query).map((one, index): Section => ({ query, stage: query.stage + index + 1, behind: one }));
  return [{ query, stage: query.stage, behind: undefined }, ...behind];
}

function innerStreams(queries: readonly QueryPlan[]): string[] {
  return [...new Set(queries.map((one) => one.output.target).filter((one) => one.startsWith('#')))];
}

/** The stages in which an inner stream is read. */
function readIn(queries: readonly QueryPlan[], stream: string): number[] {
  return [...new Set(queries.filter((one) => inputStreams(one).includes(stream)).map((one) => one.stage))];
}

/** The stages in which an inner stream is made. */
function madeIn(queries: readonly QueryPlan[], stream: string): number[] {
  return queries.filter((one) => one.output.target === stream).map((one) => one.stage + predictionsOf(one));
}
