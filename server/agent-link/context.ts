import type { Desired } from '../bundles/index.ts';
import type { AdmissionQueue } from '../enrollment/index.ts';
import type { Deps } from '../kernel/deps.ts';
import type { TelemetryService } from '../telemetry/index.ts';
import type { Arrivals } from './arrivals.ts';
import type { Departures } from './departures.ts';
import type { Heartbeats } from './heartbeats.ts';
import type { Leases } from './leases.ts';
import type { Queries } from './queries.ts';
import type { Reports } from './reports.ts';
import type { Sessions, Standing } from './sessions.ts';

/** What the link asks of others: what a node is to run, by which keys it knows that, and where its figures go. */
export interface LinkParts {
  desiredFor(nodeId: string): Promise<Desired | null>;
  signingKeysOf(organizationId: string): Promise<{ keyId: string; publicKey: string }[]>;
  telemetry: TelemetryService;
}

/** What all connections of this process share. */
export interface LinkContext extends LinkParts {
  deps: Deps;
  sessions: Sessions;
  connections: Set<Standing>;
  heartbeats: Heartbeats;
  admissions: AdmissionQueue;
  arrivals: Arrivals;
  reports: Reports;
  departures: Departures;
  queries: Queries;
  leases: Leases;
  refusals: { inc(labels: { reason: string }): void };
}
