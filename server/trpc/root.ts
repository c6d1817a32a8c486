import { alertsRouter, notificationsRouter } from '../alerts/router.ts';
import { auditRouter } from '../audit/router.ts';
import { bundlesRouter, signingKeysRouter, signingRouter } from '../bundles/router.ts';
import { deploymentsRouter } from '../deployments/router.ts';
import { detectionsRouter } from '../detections/router.ts';
import { documentsRouter } from '../documents/router.ts';
import { enrollmentRouter } from '../enrollment/router.ts';
import { fleetsRouter } from '../fleets/router.ts';
import { identityRouter } from '../identity/router.ts';
import { liveRouter } from '../live/router.ts';
import { modelsRouter } from '../models/router.ts';
import { nodeKeysRouter } from '../node-keys/router.ts';
import { nodesRouter } from '../nodes/router.ts';
import { offlineRouter } from '../offline/router.ts';
import { overviewRouter } from '../overview/router.ts';
import { quarantineRouter } from '../quarantine/router.ts';
import { rehearsalRouter } from '../rehearsal/router.ts';
import { repositoriesRouter } from '../repositories/router.ts';
import { rulesRouter } from '../rules/router.ts';
import { searchRouter } from '../search/router.ts';
import { telemetryRouter } from '../telemetry/router.ts';
import { whyRouter } from '../why/router.ts';
import { createCallerFactory, router } from './procedures.ts';

/** Every procedure of the control plane, by noun. */
export const appRouter = router({
  alerts: alertsRouter,
  audit: auditRouter,
  bundles: bundlesRouter,
  deployments: deploymentsRouter,
  detections: detectionsRouter,
  documents: documentsRouter,
  enrollment: enrollmentRouter,
  fleets: fleetsRouter,
  identity: identityRouter,
  live: liveRouter,
  models: modelsRouter,
  nodeKeys: nodeKeysRouter,
  nodes: nodesRouter,
  offline: offlineRouter,
  overview: overviewRouter,
  quarantine: quarantineRouter,
  rehearsal: rehearsalRouter,
  repositories: repositoriesRouter,
  rules: rulesRouter,
  search: searchRouter,
  settings: router({ notifications: notificationsRouter, signingKeys: signingKeysRouter }),
  signing: signingRouter,
  telemetry: telemetryRouter,
  why: whyRouter,
});

export type AppRouter = typeof appRouter;

/** Calls procedures within this process: for server-rendered pages and for REST. */
export const createCaller = createCallerFactory(appRouter);
