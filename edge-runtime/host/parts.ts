import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TimelineEntry } from '../activation/activation-status.ts';
import { Activator } from '../activation/activator.ts';
import { ArtefactStore } from '../activation/artefact-store.ts';
import { FetchAhead } from '../activation/fetch-ahead.ts';
import { TrustAnchor } from '../activation/trust.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { RedisTarget } from '../kernel/redis.ts';
import type { NodeKeys } from '../link/identity.ts';
import { type Report, telemetryBudgetDefaultBytes } from '../protocol/index.ts';
import { storeKeys } from '../store/keys.ts';
import { defaultOutboxLimits, Outbox } from '../sync/outbox.ts';
import { RecordShipper } from '../sync/record-shipper.ts';
import type { AgentConfig } from './command.ts';
import { compileCacheIn } from './config.ts';
import { Conversation } from './conversation.ts';
import { Leases } from './leases.ts';
import { Offline } from './offline.ts';
import { PathSupervisor } from './path/supervisor.ts';
import { Receipts } from './receipts.ts';
import { RedisConnection } from './redis-connection.ts';
import { ConditionTable, reportOf } from './report.ts';
import { followKeys } from './signing-keys.ts';
import { TelemetryBudget } from './telemetry-budget.ts';
import { TelemetryCollector } from './telemetry-collector.ts';

export interface AgentDependencies {
  readonly clock: Clock;
  readonly random: () => number;
  readonly loggerFor: (component: string) => Logger;
}

/** The parts of one agent, wired to each other; none knows more than its neighbours. */
export interface AgentParts {
  readonly name: string;
  readonly identity: NodeKeys;
  readonly trust: TrustAnchor;
  readonly redis: RedisConnection;
  readonly outbox: Outbox;
  readonly shipper: RecordShipper;
  readonly supervisor: PathSupervisor;
  readonly telemetry: TelemetryCollector;
  readonly ahead: FetchAhead;
  readonly activator: Activator;
  readonly offline: Offline;
  /** Undefined where no control plane was named. */
  readonly conversation: Conversation | undefined;
  /** Writes an entry into the node's timeline. */
  readonly note: (entry: TimelineEntry) => void;
}

const KEY_PREFIX = 'selvedge:';
const PROBATION_MS = 30_000;

/** Where an agent lives and who it is. */
export interface AgentPlace {
  readonly folder: string;
  readonly identity: NodeKeys;
  readonly redis: RedisTarget;
  /** Where the gateway listens; empty until it does. */
  readonly gatewayUrl: () => string;
}

/** Reads what the disk holds and wires the parts. Nothing runs before each is told to; rejects when the folder cannot be used. */
export async function assemble(config: AgentConfig, deps: AgentDependencies, place: AgentPlace): Promise<AgentParts> {
  const { clock, random, loggerFor } = deps;
  const { folder, identity } = place;
  const secretsFolder = join(folder, 'secrets');
  await mkdir(secretsFolder, { recursive: true, mode: 0o700 });
  await mkdir(config.filesFolder, { recursive: true });
  const trust = await TrustAnchor.load(folder);
  // The conversation comes last, for it hands on to all the others; until it is there nothing can be said.
  let conversation: Conversation | undefined;

  const redis = new RedisConnection(place.redis, 'agent-outbox');
  const keys = { detections: storeKeys(KEY_PREFIX).recordOutbox, timeline: `${KEY_PREFIX}outbox:timeline`, window: `${KEY_PREFIX}outbox:window`, meta: `${KEY_PREFIX}outbox:meta` };
  const outbox = new Outbox(() => redis.client(), keys, defaultOutboxLimits, loggerFor('sync'));
  const shipper = new RecordShipper({ outbox, send: (records) => conversation?.send({ type: 'records', records }) ?? false, clock, random, logger: loggerFor('sync') });
  const note = (entry: TimelineEntry): void => shipper.note({ kind: 'timeline', at: clock.now(), ...entry });

  const supervisor = new PathSupervisor({
    thread: { redis: place.redis, keyPrefix: KEY_PREFIX, filesFolder: config.filesFolder, secretsFolder },
    node: () => trust.trust?.node ?? config.name,
    heapMiB: config.pathHeapMiB,
    compileCacheFolder: compileCacheIn(folder),
    clock,
    random,
    logger: loggerFor('path'),
    onRecord: () => shipper.wake(),
    onTail: (id, rows) => leases.rows(id, rows),
    onCrash: (message) => {
      note({ reason: 'PathCrashed', message: `The event path crashed and is started again from its checkpoint: ${message}`.slice(0, 1024), tone: 'critical' });
      activator.pathCrashed(message);
    },
    onChange: () => tell(),
    onPath: () => leases.pathChanged(),
  });

  const budget = new TelemetryBudget(
    clock,
    () => supervisor.bundle?.settings.telemetryBytesPerMinute ?? telemetryBudgetDefaultBytes,
    (message) => (message.type === 'tail' ? conversation?.sendIfIdle(message) : conversation?.send(message)) ?? false,
  );
  const leases = new Leases(clock, () => supervisor.client, (tail) => budget.send(tail));
  const telemetry = new TelemetryCollector({
    clock,
    takePath: async () => supervisor.client?.call('takeTelemetry'),
    measureOutbox: () => outbox.measure(),
    takeLost: () => takeLost(outbox, note),
    send: (taken) => budget.send({ type: 'telemetry', telemetry: { ...taken, budget: budget.state } }),
  });

  const store = await ArtefactStore.open(join(folder, 'artefacts'));
  const shared = { store, trust, source: () => conversation?.artefacts, clock, random, logger: loggerFor('activation'), onTimeline: note };
  const ahead = new FetchAhead({ ...shared, status: () => activator.status, retry: { minMs: 5_000, maxMs: 600_000 } });
  const activator: Activator = await Activator.load({
    ...shared,
    ahead,
    folder,
    runtime: supervisor,
    availableMemory: () => process.availableMemory(),
    onChange: () => tell(),
    probationMs: PROBATION_MS,
    retry: { minMs: 250, maxMs: 30_000 },
  });

  const conditions = new ConditionTable();
  const report = (): Report => reportOf({ activation: activator.status, path: supervisor.status, trouble: supervisor.trouble, now: clock.now() }, conditions);
  const tell = (): void => {
    ahead.poke();
    const now = report();
    conversation?.report(now);
  };
  const follow = followKeys.bind(undefined, trust, note);
  const offline = new Offline({ activator, store, trust, receipts: new Receipts(folder, identity), followKeys: follow, report, recordsThrough: () => outbox.last(), note, now: clock.now });
  if (config.link !== undefined) {
    conversation = new Conversation(config.link, { config, identity, trust, activator, ahead, shipper, leases, path: () => supervisor.client, gatewayUrl: place.gatewayUrl, followKeys: follow, note, clock, random, loggerFor });
  }
  return { name: config.name, identity, trust, redis, outbox, shipper, supervisor, telemetry, ahead, activator, offline, conversation, note };
}

function takeLost(outbox: Outbox, note: AgentParts['note']): number {
  const lost = outbox.takeLost();
  if (lost > 0) note({ reason: 'RecordsLost', message: `The outbox was full: ${lost} records made room for newer ones.`, tone: 'critical' });
  return lost;
}
