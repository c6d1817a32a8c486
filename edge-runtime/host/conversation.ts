import { randomUUID } from 'node:crypto';
import { arch, cpus, hostname, platform, totalmem } from 'node:os';
import type { TimelineEntry } from '../activation/activation-status.ts';
import type { Activator } from '../activation/activator.ts';
import type { ArtefactSource } from '../activation/artefact-download.ts';
import type { FetchAhead } from '../activation/fetch-ahead.ts';
import type { TrustAnchor } from '../activation/trust.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { messageOf } from '../kernel/path-error.ts';
import type { NodeKeys } from '../link/identity.ts';
import { artefactAddress, defaultLinkTimings, type Hello, type Instruction, LinkClient, type LinkOptions, type LinkState } from '../link/link-client.ts';
import { ReportSender } from '../link/report-sender.ts';
import { agentVersion, type Envelope, type Report, type Welcome } from '../protocol/index.ts';
import type { RecordShipper } from '../sync/record-shipper.ts';
import type { AgentConfig } from './command.ts';
import { KeyRotation } from './key-rotation.ts';
import type { Leases } from './leases.ts';
import type { PathClient } from './path/client.ts';
import { answerQuery } from './queries.ts';

export interface ConversationDependencies {
  readonly config: Pick<AgentConfig, 'name' | 'labels' | 'enrollmentToken' | 'linkFrom'>;
  readonly identity: NodeKeys;
  readonly trust: TrustAnchor;
  readonly activator: Activator;
  readonly ahead: FetchAhead;
  readonly shipper: RecordShipper;
  readonly leases: Leases;
  /** The path that runs, for reads of its store. */
  readonly path: () => PathClient | undefined;
  /** Where the gateway listens; empty until it does. */
  readonly gatewayUrl: () => string;
  readonly followKeys: (keySets: readonly Envelope[] | undefined) => Promise<void>;
  readonly note: (entry: TimelineEntry) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly loggerFor: (component: string) => Logger;
}

/** What the agent and its control plane say to each other: what comes is dealt with in its order, by the part that it is for. */
export class Conversation {
  readonly #deps: ConversationDependencies;
  readonly #url: string;
  readonly #link: LinkClient;
  readonly #reports: ReportSender;
  readonly #rotation: KeyRotation;
  readonly #instance = randomUUID();
  #artefacts: ArtefactSource | undefined;
  #wasConnected = false;
  #dealtWith: Promise<void> = Promise.resolve();

  /** With the control plane at `url`, an http or https address. */
  constructor(url: string, deps: ConversationDependencies) {
    this.#url = url;
    this.#deps = deps;
    const { identity, trust, followKeys, note, clock, random, loggerFor } = deps;
    this.#reports = new ReportSender((report) => this.#link.send(report));
    this.#rotation = new KeyRotation({ keys: identity, trust, send: (newKey) => this.#link.send(newKey), followKeys, note, logger: loggerFor('link') });
    this.#link = new LinkClient({
      url,
      localAddress: deps.config.linkFrom,
      identity,
      hello: () => this.#hello(),
      onWelcome: (welcome) =>
        this.#inOrder(() =>
          this.#welcomed(welcome).catch((error: unknown) => {
            this.#link.connectAgain('what the welcome says could not be kept');
            throw error;
          }),
        ),
      onInstruction: (instruction) => this.#inOrder(() => this.#instructed(instruction)),
      onKeyTaken: (taken) => this.#rotation.taken(taken),
      onState: (state) => this.#became(state),
      timings: defaultLinkTimings,
      logger: loggerFor('link'),
      now: clock.now,
      random,
    });
  }

  /** Says `message` now; false when it could not be said. */
  readonly send: LinkClient['send'] = (message) => this.#link.send(message);

  /** As `send`, but only when nothing else waits: for what may be left out. */
  readonly sendIfIdle: LinkClient['sendIfIdle'] = (message) => this.#link.sendIfIdle(message);

  get state(): LinkState {
    return this.#link.state;
  }

  /** Where artefacts come from; undefined while nobody was heard. */
  get artefacts(): ArtefactSource | undefined {
    return this.#artefacts;
  }

  /** Tells the node's state, if it is another than was told. */
  report(report: Report): void {
    this.#reports.update(report);
  }

  /** Tells again what could not be told. */
  flush(): void {
    this.#reports.flush();
  }

  /** Speaks until `signal` aborts, with as many connections as it takes. */
  run(signal: AbortSignal): Promise<void> {
    return this.#link.run(signal);
  }

  #hello(): ReturnType<LinkOptions['hello']> {
    const { config: { name, labels, enrollmentToken }, identity, trust, gatewayUrl } = this.#deps;
    const facts: Hello['facts'] = { hostname: hostname(), platform: platform(), architecture: arch(), cores: Math.max(1, cpus().length), memoryBytes: totalmem(), nodeVersion: process.versions.node };
    // The enrolment token opens the door once; a node that is known by its key does not show it again.
    const introduction = enrollmentToken === undefined || trust.isKnownBy(identity.publicKey) ? {} : { enrollmentToken };
    return { agentVersion, name, labels, facts, instance: this.#instance, gateway: gatewayUrl(), understands: ['ahead', 'rotateKey'], ...introduction };
  }

  #inOrder(work: () => Promise<void>): void {
    this.#dealtWith = this.#dealtWith.then(work).catch((error: unknown) => this.#deps.loggerFor('agent').error('an instruction of the control plane could not be carried out', { problem: messageOf(error) }));
  }

  async #welcomed(welcome: Welcome): Promise<void> {
    const { identity, trust, activator, ahead, shipper, clock, followKeys, note } = this.#deps;
    await followKeys(welcome.keySets);
    const pinned = await trust.pin(welcome, clock.now());
    if (pinned === 'different') {
      const message = 'The control plane that answers is not the one this node belongs to: its organization, its signing keys or the name it gives this node differ. Nothing was sent to it.';
      note({ reason: 'ControlPlaneNotTrusted', message, tone: 'critical' });
      this.#link.distrust(message);
      return;
    }
    await trust.knownBy(identity.publicKey);
    // The connection may have ended while the disk was written.
    if (this.#link.state.state !== 'connected') return;
    this.#artefacts = { url: artefactAddress(welcome.artefactUrl, this.#url), token: welcome.artefactToken };
    this.#reports.connected();
    shipper.connected(welcome.recordsThrough);
    activator.linked();
    ahead.poke();
  }

  async #instructed(instruction: Instruction): Promise<void> {
    const { activator, ahead, shipper, leases, path, followKeys } = this.#deps;
    switch (instruction.type) {
      case 'desired':
        // A full disk: who connects again is told again.
        await followKeys(instruction.keySets).catch((error: unknown) => {
          this.#link.connectAgain('newer signing keys could not be kept');
          throw error;
        });
        return activator.accept({ assignment: instruction.assignment, bundle: instruction.bundle });
      case 'ahead':
        await followKeys(instruction.keySets);
        return ahead.offer(instruction.bundle, instruction.download);
      case 'retry':
        return activator.retry(instruction.generation);
      case 'ack':
        return shipper.acknowledge(instruction.through);
      case 'lease':
        return leases.take(instruction);
      case 'rotateKey':
        return this.#rotation.answer();
      case 'keyTaken':
        return void (await this.#rotation.taken(instruction));
      case 'query':
        // Reads of the store must not hold up what comes after them.
        void answerQuery(path(), instruction).then((answer) => this.#link.send(answer));
    }
  }

  #became(state: LinkState): void {
    const { shipper, leases, note, loggerFor } = this.#deps;
    loggerFor('link').info(state.message, { state: state.state, ...(state.state === 'pending' ? { fingerprint: state.fingerprint } : {}), ...('retryAt' in state ? { retryAt: new Date(state.retryAt).toISOString() } : {}) });
    if (state.state === 'connected') {
      if (!this.#wasConnected) note({ reason: 'Connected', message: state.message, tone: 'info' });
      this.#wasConnected = true;
      return;
    }
    this.#artefacts = undefined;
    shipper.disconnected();
    leases.endAll();
    if (this.#wasConnected && state.state !== 'stopped') note({ reason: 'Disconnected', message: state.message.slice(0, 1024), tone: 'notice' });
    this.#wasConnected = false;
  }
}
