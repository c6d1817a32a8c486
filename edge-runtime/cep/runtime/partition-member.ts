import type { QueryPlan } from '../plan/plan.ts';
import { inputStreams } from '../plan/stages.ts';
import type { PredictionPlace, QueryContext } from './query-context.ts';
import type { KeyedSend } from './stage-chain.ts';

/** A query of a partition, or the part of one behind a prediction, with the context in which its copies are made. */
export interface Member {
  plan: QueryPlan;
  context: QueryContext;
  behind: PredictionPlace | undefined;
}

/** The ways into the stages behind, for what belongs to a key. */
export interface Exits {
  prediction(id: string): KeyedSend;
  /** One for each later stage in which queries read the inner stream. */
  inner(stream: string): readonly KeyedSend[];
}

/** What a member takes events from: streams, or a prediction. As in Siddhi, a join in a partition only looks into a named window. */
export function waysInto({ plan, behind }: Member): string[] {
  if (behind !== undefined) return [behind.id];
  const { input } = plan;
  const lookedInto = input.kind === 'join' ? [input.left, input.right].filter((one) => one.source === 'window').map((one) => one.name) : [];
  return [...new Set(inputStreams(plan))].filter((one) => !lookedInto.includes(one));
}
