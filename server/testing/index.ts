import { afterAll } from 'vitest';
import { freshDatabase, temporaryFolder } from '../../tools/testing/index.ts';
import type { Composition } from '../compose.ts';
import { capabilitiesOf } from '../identity/index.ts';
import { userActor } from '../identity/roles/role-view.ts';
import type { Actor, Role } from '../kernel/actor.ts';
import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { connectDatabase } from '../kernel/db.ts';
import type { Deps } from '../kernel/deps.ts';
import { createIds } from '../kernel/ids.ts';
import { startJobs } from '../kernel/jobs.ts';
import type { Jobs } from '../kernel/deps.ts';
import { createLiveBus } from '../kernel/live-bus.ts';
import { createLogger } from '../kernel/logger.ts';
import { createMetrics } from '../kernel/metrics.ts';
import { createOutbox } from '../kernel/outbox.ts';
import { startOutboxRelay } from '../kernel/outbox-relay.ts';
import { createProxies } from '../kernel/proxies.ts';
import type { Reach } from '../kernel/reach.ts';
import { createReplicaCalls, createReplicaTokens } from '../kernel/replica-calls.ts';
import { createReplicaRegistry } from '../kernel/replica-registry.ts';
import { createReplicas } from '../kernel/replicas.ts';
import { openVault } from '../kernel/vault.ts';
import { createCaller } from '../trpc/root.ts';
import { joinReplicas } from './replicas.ts';
import type { JoinedReplica } from './replicas.ts';

/** The real clock, which a test can move forward. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

function createTestClock(): TestClock {
  let offset = 0;
  return { now: () => Date.now() + offset, sleep: systemClock.sleep, advance: (ms) => (offset += ms) };
}

export interface TestWorld {
  deps: Deps & { clock: TestClock };
  databaseUrl: string;
  /** Itself as a replica of its control plane. */
  replica: Composition['replica'];
  /** Becomes one of several replicas upon the same database; alone without it. */
  join(): Promise<JoinedReplica>;
  /** Begins to feed `deps.liveBus` from the outbox; without it nothing is relayed. */
  relay(): Promise<void>;
  organization(name?: string): Promise<string>;
}

/** A database of its own with everything that services are given. Call it in a beforeAll; it closes itself after the file. */
export async function testWorld(): Promise<TestWorld> {
  const { url } = await freshDatabase();
  const world = await openWorld(url);
  afterAll(world.close);
  return world;
}

/** The same upon a database, and if given a folder of keys and artefacts, that the test brings; the test closes it. */
export async function openWorld(url: string, folder?: string): Promise<TestWorld & { close(): Promise<void> }> {
  const stateFolder = folder ?? (await temporaryFolder());
  const logger = createLogger('silent');
  const connection = connectDatabase(url, { poolMax: 10, onError: (error) => logger.warn({ err: error }, 'pool') });
  const clock = createTestClock();
  const ids = createIds(clock);
  const ending = new AbortController();
  const jobs = lazyJobs(url, logger);
  const vault = await openVault(stateFolder);
  const id = ids.next();
  const replica = { id, registry: createReplicaRegistry({ id, pool: connection.pool, clock, logger }), tokens: createReplicaTokens(vault, clock) };
  const deps = {
    db: connection.db,
    pool: connection.pool,
    clock,
    ids,
    logger,
    outbox: createOutbox(),
    liveBus: createLiveBus(),
    jobs,
    metrics: createMetrics(),
    proxies: createProxies([]),
    replicas: createReplicas({ peers: replica.registry, calls: createReplicaCalls(replica.tokens), logger }),
    vault,
    stateFolder,
    publicUrl: 'http://selvedge.test',
  };
  let relayFinished: Promise<void> = Promise.resolve();
  let left: Promise<void> = Promise.resolve();
  return {
    deps,
    databaseUrl: url,
    replica,
    join: async () => {
      const joined = await joinReplicas(deps, replica, ending.signal);
      left = joined.finished;
      return joined;
    },
    relay: async () => {
      ({ finished: relayFinished } = await startOutboxRelay({ databaseUrl: url, pool: connection.pool, liveBus: deps.liveBus, logger, clock, signal: ending.signal }));
    },
    organization: async (name = 'Test') => {
      const { id } = await deps.db.organization.create({ data: { id: ids.next(), name } });
      return id;
    },
    close: async () => {
      ending.abort();
      await Promise.all([relayFinished, left]);
      await jobs.stop();
      await connection.close();
    },
  };
}

/** Job queues that are opened when the first job is sent: most tests send none. */
function lazyJobs(databaseUrl: string, logger: Deps['logger']): Jobs & { stop(): Promise<void> } {
  let started: ReturnType<typeof startJobs> | undefined;
  return {
    send: async (...call) => {
      started ??= startJobs({ databaseUrl, definitions: [], logger, worker: false, drainMs: 1_000 });
      await (await started).send(...call);
    },
    stop: async () => (await started)?.stop(),
  };
}

/** A person of a role in an organization, or in some of its fleets. There is no row behind it: procedures take the actor as given. */
export function aUser(organizationId: string, role: Role = 'administrator', fleets: Reach['fleets'] = 'all'): Actor {
  return { kind: 'user', id: `user-${role}`, name: `Test ${role}`, email: `${role}@selvedge.test`, sessionId: `session-${role}`, organizationId, fleets, role, capabilities: capabilitiesOf(role), requestId: crypto.randomUUID() };
}

/** A person with several roles, each in some fleets, or everywhere; as `aUser` otherwise. */
export function aUserOf(organizationId: string, ...grants: readonly { role: Role; fleets: Reach['fleets'] }[]): Actor {
  const member = { role: null, customRole: null, fleetIds: [] as string[] };
  const [first, ...further] = grants.map(({ role, fleets }) => ({ ...member, role, fleetIds: fleets === 'all' ? [] : [...fleets] }));
  if (first === undefined) throw new Error('a person has at least one role');
  return userActor({ id: 'user-of-several', name: 'Test of several', email: 'several@selvedge.test', sessionId: 'session-of-several', requestId: crypto.randomUUID() }, { organizationId, ...first, grants: further });
}

/** A program with an API token of the given scopes. */
export function aToken(organizationId: string, scopes: readonly string[], fleets: Reach['fleets'] = 'all'): Actor {
  return { kind: 'token', id: 'token-test', name: 'test token', organizationId, fleets, scopes, requestId: crypto.randomUUID() };
}

/** The whole router, called as this actor, with everything that a request over HTTP passes but the HTTP. */
export function callAs(deps: Deps, actor: Actor | null): ReturnType<typeof createCaller> {
  return createCaller({ deps, actor, requestId: actor?.requestId ?? 'test', remoteAddress: '127.0.0.1' });
}
