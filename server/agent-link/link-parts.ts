import type { Envelope, Welcome } from '@selvedge/edge-runtime/protocol';
import type { Desired } from '../bundles/index.ts';
import type { Offer } from '../rollout/index.ts';
import type { TelemetryService } from '../telemetry/index.ts';

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
