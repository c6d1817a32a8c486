import type { RolloutNode } from './rollout-node.ts';
import type { Look, LookEvidence } from '../gates/index.ts';
import type { Decision, NodeRolloutState, RolloutPolicy, RolloutState } from '../deployments/schema.ts';
import type { Counted, Tally } from './tally.ts';

export interface RolloutWave {
  index: number;
  startedAt: number | null;
  bakingSince: number | null;
  passedAt: number | null;
  /** How often gates looked at it, and when last. */
  looks: number;
  lookedAt: number | null;
  /** `Stopped` and `Undecided` wait for a person, who lifts them by going on. */
  gate: WaveGate;
}

export type WaveGate = 'Judging' | 'Stopped' | 'Undecided' | 'Lifted';

/** What a step begins with. Reading no clock and no database, the same snapshot and the same answers always give the same step. */
export interface RolloutSnapshot {
  id: string;
  state: RolloutState;
  policy: RolloutPolicy;
  /** What nodes are moved to, and what they go back to. */
  bundle: string;
  previousBundle: string;
  /** Whether as many have signed the bundle as nodes want: before that, no node is told of it. */
  signed: boolean;
  /** The same of what nodes go back to: it goes back by itself to nothing that they would refuse. */
  previousSigned: boolean;
  /** The wave under way, from 0. */
  wave: number;
  waves: readonly RolloutWave[];
  /** When it was to be looked at next; null when only news could change anything. */
  wakeAt: number | null;
  /** Nodes that may have changed since the last step: those of which something was heard, or all. */
  nodes: readonly RolloutNode[];
  /** How many of the others stand where; nobody when `nodes` are all. */
  others: readonly Counted[];
  /** What gates judge by, read when a look is due; null when none is. */
  evidence: LookEvidence | null;
}

/** A node's new place, where it differs from the old. */
export interface NodeChange {
  node: string;
  state: NodeRolloutState;
  message: string;
  /** Its time to update begins anew. */
  clockRestarts: boolean;
}

/** A failure that counts against the node; `quarantined` says why it is taken out of rollouts, once it was one too many. */
export interface NodeFailure {
  node: string;
  generation: number;
  failures: number;
  quarantined: string | null;
}

export type NewDecision = Pick<Decision, 'kind' | 'tone' | 'message' | 'evidence'>;

/** What a step wants done, all of it in one transaction. */
export interface RolloutStep {
  /** The rollout's state and wave after the step. */
  state: RolloutState;
  wave: number;
  waves: RolloutWave[];
  /** Nodes to tell, and the bundle to tell them. */
  requests: { node: string; bundle: string }[];
  changes: NodeChange[];
  decisions: NewDecision[];
  /** Failures that count against nodes, and nodes whose failures are forgotten. */
  failures: NodeFailure[];
  proven: string[];
  /** What gates found in this step. */
  looks: Look[];
  /** When to look again though nothing is heard; null when only news can change anything. */
  nextWakeAt: number | null;
  /** How many nodes stand where after the step. */
  tally: Tally;
  /** True when anything above differs from the snapshot. */
  changed: boolean;
}
