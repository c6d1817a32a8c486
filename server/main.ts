import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { migrate } from '../prisma/migrate.ts';
import packageJson from '../package.json' with { type: 'json' };
import { startAlertLoop } from './alerts/index.ts';
import { uploadExpiry } from './artefacts/jobs.ts';
import { compose } from './compose.ts';
import { detectionRetention } from './detections/index.ts';
import { historyRetention } from './history/index.ts';
import { healthSurfaces } from './http/health-surfaces.ts';
import type { ReadinessCheck } from './http/health-surfaces.ts';
import { replicaSurface } from './http/replica-surface.ts';
import { createEdge } from './http/server.ts';
import { authenticate, createAuthentication, createSignInLink, ensureOrganization, needsFirstAdministrator } from './identity/index.ts';
import { readEnvironment, silenceModelRuntime } from './kernel/env.ts';
import type { Environment } from './kernel/env.ts';
import { outboxRetention } from './kernel/jobs.ts';
import type { JobDefinition } from './kernel/jobs.ts';
import { startOutboxRelay } from './kernel/outbox-relay.ts';
import { startFailure } from './kernel/start-failure.ts';
import { startLinkRole } from './link-role.ts';
import { nodeKeySchedule } from './node-keys/index.ts';
import { timelineRetention } from './nodes/index.ts';
import { openPages } from './pages.ts';
import { startRepositoryLoop } from './repositories/index.ts';
import { welcomeJoiners } from './joiners/index.ts';
import { startRolloutLoop } from './rollout/index.ts';
import { consoleSurfaces } from './surfaces.ts';
import { installConsoleBridge } from './trpc/console-bridge.ts';
import { telemetryRetention } from './telemetry/index.ts';
import { createCaller } from './trpc/root.ts';

/**
 * The composition root of the control plane: one process, one port. ROLES says which parts this process has: `console` (pages and
 * APIs), `link` (nodes and artefacts), `worker` (jobs and loops). Prints one line of JSON on standard output when it serves.
 */
const jobDefinitions: JobDefinition[] = [detectionRetention, historyRetention, nodeKeySchedule, outboxRetention, telemetryRetention, timelineRetention, uploadExpiry];

async function main(environment: Environment): Promise<void> {
  silenceModelRuntime();
  const { roles, host, port, databaseUrl } = environment;
  const has = (role: (typeof roles)[number]): boolean => roles.includes(role);
  await migrate(databaseUrl);
  const publicUrl = environment.publicUrl ?? `http://${host === '0.0.0.0' || host === '127.0.0.1' ? 'localhost' : host}:${port}`;
  const { deps, jobs, replica, close } = await compose(environment, publicUrl, jobDefinitions);
  const ending = new AbortController();
  const relay = await startOutboxRelay({ databaseUrl, pool: deps.pool, liveBus: deps.liveBus, logger: deps.logger, clock: deps.clock, signal: ending.signal });
  const organizationId = await ensureOrganization(deps);
  const authenticator = createAuthentication(deps, environment.singleSignOn);

  const checks: ReadinessCheck[] = [
    { name: 'database', check: async () => void (await deps.pool.query('SELECT 1')) },
    {
      name: 'jobs',
      check: async () => {
        if (!jobs.ready()) throw new Error('the job queues are stopped');
      },
    },
  ];
  const link = has('link') ? startLinkRole(deps, ending.signal) : undefined;
  const surfaces = [
    ...healthSurfaces(deps, checks, () => ending.signal.aborted),
    ...(has('console') ? consoleSurfaces(deps, authenticator, packageJson.version) : []),
    ...(link === undefined ? [] : [link.surface]),
    replicaSurface({ ...replica, replicas: deps.replicas }),
  ];
  if (has('console')) {
    installConsoleBridge({
      caller: async (headers) => {
        const { actor } = await authenticate(deps, authenticator, headers);
        return createCaller({ deps, actor, requestId: actor?.requestId ?? deps.ids.next(), remoteAddress: 'this process' });
      },
      session: async (headers) => (await authenticate(deps, authenticator, headers)).actor,
    });
  }
  const pages = has('console') ? await openPages({ development: environment.development, host, port }) : undefined;
  const { server, drain } = createEdge({ deps, surfaces, upgrades: new Map(link === undefined ? [] : [['/link', link.upgrade]]), ...(pages === undefined ? {} : { pages: pages.handle }), ...(pages?.upgrade === undefined ? {} : { otherUpgrades: pages.upgrade }) });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const joined = await replica.registry.join(environment.replicaUrl ?? replicaUrlFor(host, portOf(server.address())), ending.signal);
  if (has('worker')) await jobs.work(deps);
  const rollouts = has('worker') ? startRolloutLoop(deps, ending.signal, welcomeJoiners) : undefined;
  const alerts = has('worker') ? startAlertLoop(deps, ending.signal) : undefined;
  const repositories = has('worker') ? startRepositoryLoop(deps, ending.signal, environment.git) : undefined;
  const signInLink = (await needsFirstAdministrator(deps, organizationId)) ? await createSignInLink(deps, organizationId) : undefined;
  const url = port === 0 ? `http://localhost:${portOf(server.address())}` : publicUrl;
  process.stdout.write(`${JSON.stringify({ ready: true, url, ...(signInLink === undefined ? {} : { signInLink }) })}\n`);

  await endRequested();
  const drained = drain();
  ending.abort();
  await Promise.all([drained, link?.finished, rollouts?.finished, alerts?.finished, repositories?.finished, joined.finished]);
  await relay.finished;
  await pages?.close();
  await close();
}

/** The address at which a process that listens everywhere can be reached is one of the machine's own. */
function replicaUrlFor(host: string, port: number): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []).find(({ internal, family }) => !internal && family === 'IPv4');
  const address = everywhere ? (own?.address ?? '127.0.0.1') : host;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function portOf(address: string | AddressInfo | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Resolves on the first request to end. A second one ends the process at once. */
function endRequested(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve();
        process.once(signal, () => process.exit(1));
      });
    }
  });
}

let environment: Environment | undefined;
try {
  environment = readEnvironment();
  await main(environment);
  process.exit(0);
} catch (error) {
  process.stderr.write(`The control plane cannot start: ${startFailure(error, environment?.databaseUrl)}\n`);
  process.exit(1);
}
