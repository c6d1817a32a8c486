import type { SyncStatus } from '@selvedge/edge-runtime/protocol';
import type { NodeRolloutState } from '../deployments/schema.ts';

/** A node's place in the rollout, and the facts. */
export interface RolloutNode {
  node: string;
  name: string;
  wave: number;
  state: NodeRolloutState;
  since: number;
  /** Why it is in this state, for people. */
  message: string;
  /** What it was last told by this rollout: null while it was told nothing. */
  told: { generation: number; bundle: string; at: number } | null;
  /** What a person decided about its failure: ask it again, or go on without it. */
  afterFailure: 'undecided' | 'retry' | 'goOn';
  /** With whom it counts against `maxUnavailablePer`; null where the policy has no such limit. */
  group: string | null;
  facts: NodeFacts;
}

/** What is known of a node at this moment, as it reported it. */
export interface NodeFacts {
  /** False when it left the fleet, was revoked or is in quarantine: the rollout has nothing more to say to it. */
  belongs: boolean;
  /** Why it is in quarantine; null when it is not. */
  quarantined: string | null;
  /** How many times in a row it failed at what other nodes run, and the newest generation that was counted. */
  failuresInARow: number;
  failedGeneration: number;
  connected: boolean;
  observedGeneration: number;
  /** The bundle that it reports as running. */
  bundle: string | null;
  sync: SyncStatus;
  /** The generation whose activation it reports, under way or failed. */
  activating: number | null;
  /** It reports that it has all but switched to that. */
  staged: boolean;
  message: string;
}
