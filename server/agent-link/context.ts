import type { Envelope, Welcome } from '@selvedge/edge-runtime/protocol';
import type { Desired } from '../bundles/index.ts';
import type { AdmissionQueue } from '../enrollment/index.ts';
import type { Deps } from '../kernel/deps.ts';
import type { Turnstile } from '../kernel/turnstile.ts';
import type { Offer } from '../rollout/index.ts';
import type { TelemetryService } from '../telemetry/index.ts';
import type { Ahead } from './ahead.ts';
import type { Arrivals } from './arrivals.ts';
import type { Departures } from './departures.ts';
import type { Heartbeats } from './heartbeats.ts';
import type { Leases } from './leases.ts';
import type { Lookups } from './lookups.ts';
import type { Queries } from './queries.ts';
import type { Reports } from './reports.ts';
import type { Sessions, Standing } from './sessions.ts';

/** What the link asks of others: what nodes are to run, by which keys they know that, and where their figures go. */
export interface LinkParts {
  desiredFor(nodeIds: readonly string[]): Promise<(Desired | null)[]>;
  signersOf(organizationId: string): Promise<Signers>;
  /** What nodes may fetch before they are told to run it, and which of a rollout may. */
  offersFor(nodeIds: readonly string[]): Promise<Map<string, Offer>>;
  nodesAhead(deploymentId: string): Promise<string[]>;
  telemetry: TelemetryService;
}

/** By which keys nodes know what they are told, and how they come to them from earlier ones. */
export type Signers = Pick<Welcome, 'signingKeys'> & { threshold: number; keySets: Envelope[] };

/** What all connections of this process share. */
export interface LinkContext {
  deps: Deps;
  telemetry: TelemetryService;
  lookups: Lookups;
  /** Connections pass it between their proof and their welcome. */
  entrance: Turnstile;
  sessions: Sessions;
  connections: Set<Standing>;
  heartbeats: Heartbeats;
  admissions: AdmissionQueue;
  arrivals: Arrivals;
  reports: Reports;
  departures: Departures;
  queries: Queries;
  leases: Leases;
  ahead: Ahead;
  refusals: { inc(labels: { reason: string }): void };
}
