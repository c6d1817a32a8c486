import { artefactReader, createAgentLink } from './agent-link/index.ts';
import type { AgentLink } from './agent-link/index.ts';
import { artefactSurface } from './artefacts/index.ts';
import { desiredFor, signersOf } from './bundles/index.ts';
import type { Surface } from './http/exchange.ts';
import type { Deps } from './kernel/deps.ts';
import { nodesAhead, offersFor } from './rollout/index.ts';
import { startTelemetry } from './telemetry/index.ts';

export interface LinkRole {
  upgrade: AgentLink['upgrade'];
  surface: Surface;
  /** Resolves when every node is let go of and what they reported is written, after the signal aborted. */
  finished: Promise<void>;
}

/** The role `link`: nodes connect here, report here and fetch artefacts here. */
export function startLinkRole(deps: Deps, signal: AbortSignal): LinkRole {
  const telemetry = startTelemetry(deps, signal);
  const link = createAgentLink(deps, { telemetry, desiredFor: (nodeIds) => desiredFor(deps, nodeIds), signersOf: (organizationId) => signersOf(deps, organizationId), offersFor: (nodeIds) => offersFor(deps, nodeIds), nodesAhead: (deploymentId) => nodesAhead(deps.db, deploymentId) }, signal);
  return {
    upgrade: (request, socket, head) => link.upgrade(request, socket, head),
    surface: artefactSurface(deps, (token) => artefactReader(deps, token)),
    finished: Promise.all([link.finished, telemetry.finished]).then(() => undefined),
  };
}
