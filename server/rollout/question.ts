import type { NodeRolloutState } from '../deployments/schema.ts';
import type { RolloutNode } from './rollout-node.ts';
import type { RolloutStep } from './snapshot.ts';
import type { Counted, Standing, Told } from './tally.ts';

/** Which nodes: each field that is given narrows it. */
export interface Where {
  states: readonly NodeRolloutState[];
  told?: readonly Told[];
  afterFailure?: RolloutNode['afterFailure'];
  /** The last wave. */
  through?: number;
}

/** How many more of each group may be told: `most` less those that may be changing at this moment. Groups in which none is are left out. */
export interface GroupPlaces {
  most: number;
  taken: ReadonlyMap<string, number>;
}

/** What a step asks of the nodes that it has not in hand. Whoever runs the step answers, from the database or from memory. */
export type Question =
  /** The first `limit` of these by wave and name; of each group no more than there are places. */
  | { ask: 'nodes'; where: Where; limit: number | null; within?: GroupPlaces | null }
  /** How many of each group may be changing at this moment: under way, or told after this time and away; nobody who is away when null. */
  | { ask: 'inFlight'; awayAfter: number | null }
  /** Nodes in these states that were told at this time or before. */
  | { ask: 'toldBefore'; states: readonly NodeRolloutState[]; at: number }
  /** Nodes of a wave that run the bundle and have failures to their account. */
  | { ask: 'withFailures'; wave: number }
  /** How many in these states were told after this time, by standing. */
  | { ask: 'toldAfter'; states: readonly NodeRolloutState[]; at: number }
  /** Which in these states was told first of all: a count of one. */
  | { ask: 'firstTold'; states: readonly NodeRolloutState[] };

/** How many nodes, and when the first of them was told. */
export type ToldCount = Counted & { firstAt: number };

/** To a question for nodes the nodes, to one for figures the figures; the other is empty. */
export interface Answer {
  nodes: readonly RolloutNode[];
  counts: readonly ToldCount[];
  /** To `inFlight`. */
  groups?: readonly { group: string; nodes: number }[];
}

/** A question, and the nodes that it is not about, as the step has them in hand. */
export type Asked = Question & { except: ReadonlySet<string> };

/** Part of a step that asks on the way. */
export type Planning<Result> = Generator<Asked, Result, Answer>;

export function matches({ states, told, afterFailure, through }: Where, standing: Standing): boolean {
  return states.includes(standing.state) && (told === undefined || told.includes(standing.told)) && (afterFailure === undefined || standing.afterFailure === afterFailure) && (through === undefined || standing.wave <= through);
}

/** Runs a step to its end with answers that are at hand. */
export function settle(planning: Planning<RolloutStep>, answer: (asked: Asked) => Answer): RolloutStep {
  let turn = planning.next();
  while (turn.done !== true) turn = planning.next(answer(turn.value));
  return turn.value;
}
