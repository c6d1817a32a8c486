import type { Assignment, Envelope, Labels, Report } from '@selvedge/edge-runtime/protocol';
import type { Activator } from '../../edge-runtime/activation/activator.ts';
import type { ArtefactSource } from '../../edge-runtime/activation/artefact-download.ts';
import type { Clock } from '../../edge-runtime/kernel/clock.ts';
import type { Fate } from '../../edge-runtime/sim/power-cut.ts';
import type { VolatileDisk } from '../../edge-runtime/sim/volatile-disk.ts';
import type { RolloutPolicy } from '../deployments/schema.ts';
import type { NodeState } from '../nodes/state.ts';
import type { Fault, Release } from './release.ts';
import type { ToldDesired } from './signer.ts';
import type { World } from './world.ts';

/* What the parts of a history know of each other. */

/** A machine, as the agent on it sees it. */
export interface Machine {
  readonly id: string;
  readonly world: World;
  readonly network: Way;
  readonly disk: VolatileDisk;
  /** How far its clock is ahead of the control plane's. */
  readonly skewMs: number;
  /** How many times as long everything takes. */
  readonly slowness: number;
  /** It reports what is not so. */
  readonly lies: boolean;
  /** The highest generation that an agent here has taken on and been told is on the disk. */
  highest: number;
  faultOf(bundle: string): Fault;
  crash(fate: Fate): void;
}

/** One start of an agent, as the network and what runs bundles see it. */
export interface Process {
  readonly node: Machine;
  readonly clock: Clock;
  readonly isAlive: boolean;
  readonly activator: Activator | undefined;
  welcomed(): void;
  told(desired: ToldDesired): void;
  offered(bundle: Envelope): void;
  toRetry(generation: number): void;
}

/** The network, as who is at an end of it sees it. */
export interface Way {
  connect(process: Process): void;
  connectAgain(process: Process): void;
  gone(node: string): void;
  report(process: Process, report: Report): boolean;
  sourceFor(process: Process): ArtefactSource | undefined;
}

/** The control plane, as the network sees it. */
export interface Centre {
  readonly isUp: boolean;
  connected(node: string): void;
  disconnected(node: string): void;
  reported(node: string, report: Report): void;
  tellAgain(node: string): void;
  artefact(digest: string): Buffer | undefined;
}

/** What the database holds of a node. It outlives the process that reads and writes it. */
export interface Row {
  state: NodeState;
  /** Of its failures, across rollouts. */
  failuresInARow: number;
  failedGeneration: number;
  quarantined: { readonly by: string | null; readonly because: string; readonly at: number } | null;
  labels: Labels;
  fleet: string | null;
  claimedBy: readonly string[];
  fleetSince: number;
  /** By which fleet it was told last, and within which windows it keeps to that. */
  assignedBy: string | null;
  schedule: Assignment['schedule'] | null;
}

/** The database, as a rollout sees it. */
export interface Rows {
  readonly rows: ReadonlyMap<string, Row>;
  row(node: string): Row;
  /** One node is to run another bundle, under the next generation, which it answers; within the windows of a policy. */
  assign(node: string, bundle: string, policy: RolloutPolicy | null): number;
  /** What a fleet runs from now on, and by which policy that was decided. */
  runs(fleet: string, release: Release, policy: RolloutPolicy | null): void;
  wake(): void;
}
