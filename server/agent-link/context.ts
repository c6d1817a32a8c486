import type { AdmissionQueue } from '../enrollment/index.ts';
import type { Deps } from '../kernel/deps.ts';
import type { Turnstile } from '../kernel/turnstile.ts';
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
