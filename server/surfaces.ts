import { uploadRoutes } from './artefacts/upload-routes.ts';
import { auditExportRoute } from './audit/export-route.ts';
import { signCheckpoint } from './bundles/index.ts';
import { authSurface } from './http/auth-surface.ts';
import type { Surface } from './http/exchange.ts';
import { faroSurface } from './http/faro-surface.ts';
import { createGate } from './http/gate.ts';
import type { RawRoute } from './http/raw-route.ts';
import { trpcSurface } from './http/trpc-surface.ts';
import type { Authenticator } from './identity/index.ts';
import type { Deps } from './kernel/deps.ts';
import { offlineBundleRoute } from './offline/export-route.ts';
import { restSurfaces } from './rest/surface.ts';

/** Routes of the public API that take or give bytes. */
export const rawRoutes: readonly RawRoute[] = [auditExportRoute((deps) => (organizationId, payload) => signCheckpoint(deps, organizationId, payload)), offlineBundleRoute(), ...uploadRoutes];

/** Everything that the role `console` answers, but its pages. */
export function consoleSurfaces(deps: Deps, authenticator: Authenticator, version: string): Surface[] {
  const gate = createGate(deps, authenticator);
  return [trpcSurface(deps, gate), authSurface(deps, authenticator), faroSurface(deps), ...restSurfaces(deps, gate, rawRoutes, version)];
}
