import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { arch, cpus, hostname, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import type { TimelineEntry } from '../activation/activation-status.ts';
import { Activator } from '../activation/activator.ts';
import type { ArtefactSource } from '../activation/artefact-download.ts';
import { ArtefactStore } from '../activation/artefact-store.ts';
import { FetchAhead } from '../activation/fetch-ahead.ts';
import { TrustAnchor } from '../activation/trust.ts';
import { Rejection } from '../activation/verify.ts';
import type { GatewayBackend } from '../gateway/backend.ts';
import { defaultGatewayLimits, Gateway } from '../gateway/server.ts';
import { type GatewayToken, loadGatewayToken } from '../gateway/token.ts';
import type { Clock } from '../kernel/clock.ts';
import { writeFileDurably } from '../kernel/durable-file.ts';
import type { Logger } from '../kernel/logger.ts';
import { messageOf } from '../kernel/path-error.ts';
import type { RedisTarget } from '../kernel/redis.ts';
import { NodeKeys } from '../link/identity.ts';
import { artefactAddress, defaultLinkTimings, type Hello, type Instruction, LinkClient, type LinkState } from '../link/link-client.ts';
import { ReportSender } from '../link/report-sender.ts';
import { agentVersion, type Envelope, type Report, telemetryBudgetDefaultBytes, type Welcome } from '../protocol/index.ts';
import { storeKeys } from '../store/keys.ts';
import { defaultOutboxLimits, Outbox } from '../sync/outbox.ts';
import { RecordShipper } from '../sync/record-shipper.ts';
import type { AgentConfig } from './command.ts';
import { compileCacheIn } from './config.ts';
import { gatewayBackend } from './gateway-backend.ts';
import { KeyRotation } from './key-rotation.ts';
import { Leases } from './leases.ts';
import { type NodeFolder, takeNodeFolder } from './node-folder.ts';
import { Offline } from './offline.ts';
import { PathSupervisor } from './path/supervisor.ts';
import { answerQuery } from './queries.ts';
import { Receipts } from './receipts.ts';
import { RedisConnection } from './redis-connection.ts';
import { RedisServer } from './redis-server.ts';
import { ConditionTable, reportOf } from './report.ts';
import { riskOfSiteRedis } from './site-redis.ts';
import { TelemetryBudget } from './telemetry-budget.ts';
import { TelemetryCollector } from './telemetry-collector.ts';

export interface AgentDependencies {
  readonly clock: Clock;
  readonly random: () => number;
  readonly loggerFor: (component: string) => Logger;
}

/** What the agent says once it can be spoken to. */
export interface AgentReady {
  readonly name: string;
  readonly fingerprint: string;
  readonly gateway: string;
  readonly tokenFile: string;
}

const KEY_PREFIX = 'selvedge:';
const GATEWAY_GRACE_MS = 3_000;
const PROBATION_MS = 30_000;
const DEFAULT_TELEMETRY_MS = 2_000;

/**
 * Runs the agent of one node until `signal` aborts, then drains: the link first, then the gateway, then the event path
 * with its checkpoint, and Redis last. Rejects when the node cannot be started at all.
 */
export async function runAgent(config: AgentConfig, deps: AgentDependencies, onReady: (ready: AgentReady) => void, signal: AbortSignal): Promise<void> {
  const folder = await takeNodeFolder(config.folder);
  const redisEnd = new AbortController();
  try {
    const identity = await NodeKeys.load(folder.path);
    const target: RedisTarget = config.redisUrl === undefined ? { socketPath: folder.socket('redis') } : { url: config.redisUrl };
    const server = new RedisServer({ folder: join(folder.path, 'redis'), socketPath: folder.socket('redis'), clock: deps.clock, random: deps.random, logger: deps.loggerFor('redis') });
    const redis = config.redisUrl === undefined ? server.run(redisEnd.signal) : Promise.resolve();
    try {
      const agent = await Agent.load(config, deps, folder, identity, target);
      await agent.run(onReady, signal);
    } finally {
      redisEnd.abort();
      await redis;
    }
  } finally {
    await folder.release();
  }
}

/** The parts of one agent and the wires between them; nothing else knows more than one of them. */
class Agent {
  readonly #config: AgentConfig;
  readonly #deps: AgentDependencies;
  readonly #folder: NodeFolder;
  readonly #identity: NodeKeys;
  readonly #trust: TrustAnchor;
  readonly #token: GatewayToken;
  readonly #logger: Logger;
  readonly #instance = randomUUID();
  readonly #redis: RedisConnection;
  readonly #shipper: RecordShipper;
  readonly #outbox: Outbox;
  readonly #supervisor: PathSupervisor;
  readonly #link: LinkClient | undefined;
  readonly #rotation: KeyRotation;
  readonly #reports: ReportSender;
  readonly #budget: TelemetryBudget;
  readonly #leases: Leases;
  readonly #telemetry: TelemetryCollector;
  readonly #conditions = new ConditionTable();
  #activator: Activator | undefined;
  #ahead: FetchAhead | undefined;
  #offline: Offline | undefined;
  #artefacts: ArtefactSource | undefined;
  #gatewayUrl = '';
  #wasConnected = false;
  /** What comes from the link is dealt with in its order. */
  #instructions: Promise<void> = Promise.resolve();

  private constructor(config: AgentConfig, deps: AgentDependencies, folder: NodeFolder, identity: NodeKeys, target: RedisTarget, trust: TrustAnchor, token: GatewayToken) {
    const { clock, random, loggerFor } = deps;
    this.#config = config;
    this.#deps = deps;
    this.#folder = folder;
    this.#identity = identity;
    this.#trust = trust;
    this.#token = token;
    this.#logger = loggerFor('agent');
    this.#redis = new RedisConnection(target, 'agent-outbox');
    const detections = storeKeys(KEY_PREFIX).recordOutbox;
    const keys = { detections, timeline: `${KEY_PREFIX}outbox:timeline`, window: `${KEY_PREFIX}outbox:window`, meta: `${KEY_PREFIX}outbox:meta` };
    this.#outbox = new Outbox(() => this.#redis.client(), keys, defaultOutboxLimits, loggerFor('sync'));
    this.#shipper = new RecordShipper({ outbox: this.#outbox, send: (records) => this.#link?.send({ type: 'records', records }) ?? false, clock, random, logger: loggerFor('sync') });
    this.#supervisor = new PathSupervisor({
      thread: { redis: target, keyPrefix: KEY_PREFIX, filesFolder: config.filesFolder, secretsFolder: join(folder.path, 'secrets') },
      node: () => this.#trust.trust?.node ?? config.name,
      heapMiB: config.pathHeapMiB,
      compileCacheFolder: compileCacheIn(folder.path),
      clock,
      random,
      logger: loggerFor('path'),
      onRecord: () => this.#shipper.wake(),
      onTail: (id, rows) => this.#leases.rows(id, rows),
      onCrash: (message) => this.#pathCrashed(message),
      onChange: () => this.#report(),
      onPath: () => this.#leases.pathChanged(),
    });
    this.#budget = new TelemetryBudget(
      clock,
      () => this.#supervisor.bundle?.settings.telemetryBytesPerMinute ?? telemetryBudgetDefaultBytes,
      (message) => (message.type === 'tail' ? this.#link?.sendIfIdle(message) : this.#link?.send(message)) ?? false,
    );
    this.#leases = new Leases(clock, () => this.#supervisor.client, (tail) => this.#budget.send(tail));
    this.#telemetry = new TelemetryCollector({
      clock,
      takePath: async () => this.#supervisor.client?.call('takeTelemetry'),
      measureOutbox: () => this.#outbox.measure(),
      takeLost: () => this.#takeLost(),
      send: (telemetry) => this.#budget.send({ type: 'telemetry', telemetry: { ...telemetry, budget: this.#budget.state } }),
    });
    this.#reports = new ReportSender((report) => this.#link?.send(report) ?? false);
    this.#rotation = new KeyRotation({ keys: identity, trust, send: (newKey) => this.#link?.send(newKey), followKeys: (keySets) => this.#followKeys(keySets), note: (entry) => this.#note(entry), logger: loggerFor('link') });
    this.#link = config.link === undefined ? undefined : this.#linkTo(config.link);
  }

  static async load(config: AgentConfig, deps: AgentDependencies, folder: NodeFolder, identity: NodeKeys, target: RedisTarget): Promise<Agent> {
    await mkdir(join(folder.path, 'secrets'), { recursive: true, mode: 0o700 });
    await mkdir(config.filesFolder, { recursive: true });
    const agent = new Agent(config, deps, folder, identity, target, await TrustAnchor.load(folder.path), await loadGatewayToken(folder.path));
    const store = await ArtefactStore.open(join(folder.path, 'artefacts'));
    const { clock, random, loggerFor } = deps;
    const shared = { store, trust: agent.#trust, source: () => agent.#artefacts, clock, random, logger: loggerFor('activation'), onTimeline: (entry: TimelineEntry) => agent.#note(entry) };
    agent.#ahead = new FetchAhead({ ...shared, status: () => agent.#requireActivator().status, retry: { minMs: 5_000, maxMs: 600_000 } });
    agent.#activator = await Activator.load({
      ...shared,
      ahead: agent.#ahead,
      folder: folder.path,
      runtime: agent.#supervisor,
      availableMemory: () => process.availableMemory(),
      onChange: () => agent.#report(),
      probationMs: PROBATION_MS,
      retry: { minMs: 250, maxMs: 30_000 },
    });
    agent.#offline = new Offline({
      activator: agent.#activator,
      store,
      trust: agent.#trust,
      receipts: new Receipts(folder.path, identity),
      followKeys: (keySets) => agent.#followKeys(keySets),
      report: () => agent.#currentReport(agent.#requireActivator()),
      recordsThrough: () => agent.#outbox.last(),
      note: (entry) => agent.#note(entry),
      now: deps.clock.now,
    });
    return agent;
  }

  async run(onReady: (ready: AgentReady) => void, stopped: AbortSignal): Promise<void> {
    const activator = this.#requireActivator();
    const workEnd = new AbortController();
    const failed = new AbortController();
    const signal = AbortSignal.any([stopped, failed.signal]);
    const shipping = this.#shipper.run(workEnd.signal);
    const activating = Promise.all([activator.run(signal), this.#ahead?.run(signal)]);
    const gateway = new Gateway({ backend: this.#backend(activator), token: this.#token, agentVersion, limits: defaultGatewayLimits, logger: this.#deps.loggerFor('gateway'), now: () => this.#deps.clock.now() });
    try {
      const port = await gateway.listen(this.#config.gatewayPort, this.#config.gatewayHost);
      this.#gatewayUrl = `http://${this.#config.gatewayHost}:${port}`;
      await writeFileDurably(join(this.#folder.path, 'gateway.json'), JSON.stringify({ url: this.#gatewayUrl, pid: process.pid }));
      this.#note({ reason: 'AgentStarted', message: `Agent ${agentVersion} started.`, tone: 'info' });
      onReady({ name: this.#config.name, fingerprint: this.#identity.fingerprint, gateway: this.#gatewayUrl, tokenFile: this.#token.file });
      await Promise.all([this.#link?.run(signal), this.#collect(signal), this.#examineRedis(signal)]);
    } finally {
      failed.abort();
      await gateway.close(GATEWAY_GRACE_MS).catch(() => undefined);
      await activating;
      workEnd.abort();
      await shipping;
      await this.#shipper.flush().catch((error: unknown) => this.#logger.warn('some timeline entries could not be written', { problem: messageOf(error) }));
      await this.#redis.close();
    }
  }

  /** A Redis of the site's own promises what its owner set. */
  async #examineRedis(signal: AbortSignal): Promise<void> {
    if (this.#config.redisUrl === undefined) return;
    const message = await riskOfSiteRedis(this.#redis, this.#deps.clock, signal);
    if (message === undefined) return;
    this.#logger.warn('the Redis of this site may lose what the node acknowledges', { problem: message });
    this.#note({ reason: 'StoreMayLose', message, tone: 'notice' });
  }

  #linkTo(url: string): LinkClient {
    const facts: Hello['facts'] = { hostname: hostname(), platform: platform(), architecture: arch(), cores: Math.max(1, cpus().length), memoryBytes: totalmem(), nodeVersion: process.versions.node };
    const { name, labels, enrollmentToken } = this.#config;
    return new LinkClient({
      url,
      localAddress: this.#config.linkFrom,
      identity: this.#identity,
      // The enrolment token opens the door once; a node that is known by its key does not show it again.
      hello: () => ({ agentVersion, name, labels, facts, instance: this.#instance, gateway: this.#gatewayUrl, understands: ['ahead', 'rotateKey'], ...(enrollmentToken === undefined || this.#trust.isKnownBy(this.#identity.publicKey) ? {} : { enrollmentToken }) }),
      onWelcome: (welcome) =>
        this.#inOrder(() =>
          this.#welcomed(welcome).catch((error: unknown) => {
            this.#link?.connectAgain('what the welcome says could not be kept');
            throw error;
          }),
        ),
      onInstruction: (instruction) => this.#inOrder(() => this.#instructed(instruction)),
      onKeyTaken: (taken) => this.#rotation.taken(taken),
      onState: (state) => this.#linkBecame(state),
      timings: defaultLinkTimings,
      logger: this.#deps.loggerFor('link'),
      now: () => this.#deps.clock.now(),
      random: this.#deps.random,
    });
  }

  #inOrder(work: () => Promise<void>): void {
    this.#instructions = this.#instructions.then(work).catch((error: unknown) => this.#logger.error('an instruction of the control plane could not be carried out', { problem: messageOf(error) }));
  }

  async #welcomed(welcome: Welcome): Promise<void> {
    await this.#followKeys(welcome.keySets);
    const pinned = await this.#trust.pin(welcome, this.#deps.clock.now());
    if (pinned === 'different') {
      const message = 'The control plane that answers is not the one this node belongs to: its organization, its signing keys or the name it gives this node differ. Nothing was sent to it.';
      this.#note({ reason: 'ControlPlaneNotTrusted', message, tone: 'critical' });
      this.#link?.distrust(message);
      return;
    }
    await this.#trust.knownBy(this.#identity.publicKey);
    // The connection may have ended while the disk was written.
    if (this.#link?.state.state !== 'connected' || this.#config.link === undefined) return;
    this.#artefacts = { url: artefactAddress(welcome.artefactUrl, this.#config.link), token: welcome.artefactToken };
    this.#reports.connected();
    this.#shipper.connected(welcome.recordsThrough);
    this.#requireActivator().linked();
    this.#ahead?.poke();
  }

  /** Takes newer signing keys, if those it trusts signed them. */
  async #followKeys(keySets: readonly Envelope[] = []): Promise<void> {
    try {
      if ((await this.#trust.follow(keySets)) === 0) return;
      const { signingKeys = [], keysVersion, threshold = 1 } = this.#trust.trust ?? {};
      this.#note({ reason: 'SigningKeysChanged', message: `It trusts version ${keysVersion} of its organization's signing keys: ${signingKeys.map(({ keyId, holder }) => holder ?? keyId).join(', ')}${threshold > 1 ? `; ${threshold} of them have to sign` : ''}.`, tone: 'notice' });
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      this.#note({ reason: 'SigningKeysRefused', message: error.message, tone: 'critical' });
    }
  }

  async #instructed(instruction: Instruction): Promise<void> {
    switch (instruction.type) {
      case 'desired':
        await this.#followKeys(instruction.keySets);
        return this.#requireActivator().accept({ assignment: instruction.assignment, bundle: instruction.bundle });
      case 'ahead':
        await this.#followKeys(instruction.keySets);
        return this.#ahead?.offer(instruction.bundle, instruction.download);
      case 'retry':
        return this.#requireActivator().retry(instruction.generation);
      case 'ack':
        return this.#shipper.acknowledge(instruction.through);
      case 'lease':
        return this.#leases.take(instruction);
      case 'rotateKey':
        return this.#rotation.answer();
      case 'keyTaken':
        return void (await this.#rotation.taken(instruction));
      case 'query':
        // Reads of the store must not hold up what comes after them.
        void answerQuery(this.#supervisor.client, instruction).then((answer) => this.#link?.send(answer));
    }
  }

  #linkBecame(state: LinkState): void {
    this.#deps.loggerFor('link').info(state.message, { state: state.state, ...(state.state === 'pending' ? { fingerprint: state.fingerprint } : {}), ...('retryAt' in state ? { retryAt: new Date(state.retryAt).toISOString() } : {}) });
    if (state.state === 'connected') {
      if (!this.#wasConnected) this.#note({ reason: 'Connected', message: state.message, tone: 'info' });
      this.#wasConnected = true;
      return;
    }
    this.#artefacts = undefined;
    this.#shipper.disconnected();
    this.#leases.endAll();
    if (this.#wasConnected && state.state !== 'stopped') this.#note({ reason: 'Disconnected', message: state.message.slice(0, 1024), tone: 'notice' });
    this.#wasConnected = false;
  }

  #pathCrashed(message: string): void {
    this.#note({ reason: 'PathCrashed', message: `The event path crashed and is started again from its checkpoint: ${message}`.slice(0, 1024), tone: 'critical' });
    this.#requireActivator().pathCrashed(message);
  }

  #note(entry: TimelineEntry): void {
    this.#shipper.note({ kind: 'timeline', at: this.#deps.clock.now(), ...entry });
  }

  #takeLost(): number {
    const lost = this.#outbox.takeLost();
    if (lost > 0) this.#note({ reason: 'RecordsLost', message: `The outbox was full: ${lost} records made room for newer ones.`, tone: 'critical' });
    return lost;
  }

  #report(): void {
    if (this.#activator === undefined) return;
    this.#ahead?.poke();
    this.#reports.update(this.#currentReport(this.#activator));
  }

  #currentReport(activator: Activator): Report {
    return reportOf({ activation: activator.status, path: this.#supervisor.status, trouble: this.#supervisor.trouble, now: this.#deps.clock.now() }, this.#conditions);
  }

  async #collect(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#deps.clock.sleep(this.#supervisor.bundle?.settings.telemetryIntervalMs ?? DEFAULT_TELEMETRY_MS, signal);
      if (!signal.aborted) await this.#telemetry.collect();
      this.#reports.flush();
    }
  }

  #backend(activator: Activator): GatewayBackend {
    return gatewayBackend({ name: this.#config.name, identity: this.#identity, trust: this.#trust, link: this.#link, supervisor: this.#supervisor, outbox: this.#outbox, telemetry: this.#telemetry, activator, offline: this.#requireOffline() });
  }

  #requireOffline(): Offline {
    if (this.#offline === undefined) throw new Error('the agent is used before it is loaded');
    return this.#offline;
  }

  #requireActivator(): Activator {
    if (this.#activator === undefined) throw new Error('the agent is used before it is loaded');
    return this.#activator;
  }
}
