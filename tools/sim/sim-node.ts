import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { ActivationStatus } from '../../edge-runtime/activation/activation-status.ts';
import type { Trust } from '../../edge-runtime/activation/pinned-trust.ts';
import { type VerifiedDesired, verifyDesired } from '../../edge-runtime/activation/verify.ts';
import type { PathStatus } from '../../edge-runtime/host/path/contract.ts';
import { ConditionTable, reportOf } from '../../edge-runtime/host/report.ts';
import { identityOf } from '../../edge-runtime/link/identity.ts';
import { defaultLinkTimings, type Instruction, LinkClient, type LinkState } from '../../edge-runtime/link/link-client.ts';
import { ReportSender } from '../../edge-runtime/link/report-sender.ts';
import { agentVersion, SketchRecorder, type Welcome } from '../../edge-runtime/protocol/index.ts';
import type { Tally } from './tally.ts';

export interface SimNodeOptions {
  readonly name: string;
  /** Where the control plane is. */
  readonly url: string;
  /** Which address of this machine it comes from: a site of its own. */
  readonly localAddress: string;
  readonly token: string;
  readonly telemetryMs: number;
  /** From a desired state to its report as running: download, build and switch of a node of ordinary speed. */
  readonly activationMs: number;
  readonly tally: Tally;
}

/**
 * A node without a machine: the agent's own link, identity, trust, verification and reports over a real WebSocket, and in
 * place of disk and event path a delay and figures made up for them.
 */
export class SimNode {
  readonly #options: SimNodeOptions;
  readonly #reports: ReportSender;
  readonly #conditions = new ConditionTable();
  readonly #link: LinkClient;
  #trust: Trust | undefined;
  #running: VerifiedDesired | undefined;
  #desired: VerifiedDesired | undefined;
  #switch: NodeJS.Timeout | undefined;
  #telemetry: NodeJS.Timeout | undefined;
  #state: LinkState['state'] = 'stopped';
  #measuredFrom = Date.now();

  private constructor(options: SimNodeOptions, link: (node: SimNode) => LinkClient) {
    this.#options = options;
    this.#link = link(this);
    this.#reports = new ReportSender((report) => this.#link.send(report));
  }

  /** Makes a node with a key of its own; it does nothing before `run`. */
  static async create(options: SimNodeOptions): Promise<SimNode> {
    const identity = await identityOf(generateKeyPairSync('ed25519').privateKey);
    const { name, token } = options;
    const instance = randomUUID();
    const facts = { hostname: name, platform: 'linux', architecture: 'arm64', cores: 4, memoryBytes: 4 * 1024 ** 3, nodeVersion: process.versions.node };
    return new SimNode(options, (node) => new LinkClient({
      url: options.url,
      localAddress: options.localAddress,
      identity,
      hello: () => ({ agentVersion, name, labels: {}, facts, instance, ...(node.#trust === undefined ? { enrollmentToken: token } : {}) }),
      onWelcome: (welcome) => node.#welcomed(welcome),
      onInstruction: (instruction) => node.#instructed(instruction),
      onState: (state) => node.#became(state),
      timings: defaultLinkTimings,
      logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
      now: () => Date.now(),
      random: () => Math.random(),
    }));
  }

  /** Keeps the link until the signal aborts; may be called again afterwards. */
  async run(signal: AbortSignal): Promise<void> {
    const { telemetryMs } = this.#options;
    this.#telemetry = setTimeout(() => this.#measure(), Math.random() * telemetryMs);
    await this.#link.run(signal);
    clearTimeout(this.#telemetry);
  }

  #welcomed({ organization, node, signingKeys, threshold = 1 }: Welcome): void {
    this.#trust ??= { organization, node, signingKeys, threshold, pinnedAt: Date.now(), keysVersion: 1, formerKeys: [] };
    this.#reports.connected();
    this.#report();
  }

  #instructed(instruction: Instruction): void {
    if (instruction.type !== 'desired') return;
    const desired = verifyDesired(instruction, this.#trust);
    const known = this.#desired?.generation ?? this.#running?.generation ?? 0;
    if (desired.generation <= known) return;
    this.#options.tally.told(desired.generation);
    this.#desired = desired;
    clearTimeout(this.#switch);
    this.#switch = setTimeout(() => this.#activated(desired), this.#options.activationMs * (0.5 + Math.random()));
    this.#report();
  }

  #activated(desired: VerifiedDesired): void {
    this.#running = desired;
    this.#desired = undefined;
    this.#options.tally.running(desired.generation);
    this.#report();
  }

  #report(): void {
    const running = this.#running;
    const activation: ActivationStatus = { running, converged: running, current: running, desired: this.#desired, progress: undefined, failure: undefined, rejection: undefined, hold: undefined, waiting: undefined };
    this.#reports.update(reportOf({ activation, path: running === undefined ? undefined : pathOf(running), trouble: undefined, now: Date.now() }, this.#conditions));
  }

  #measure(): void {
    const { telemetryMs } = this.#options;
    this.#telemetry = setTimeout(() => this.#measure(), telemetryMs);
    const to = Date.now();
    const events = Math.round(((to - this.#measuredFrom) / 1000) * 100);
    const latency = new SketchRecorder();
    for (let count = 0; count < 20; count += 1) latency.add(500 + Math.random() * 4000);
    this.#link.send({
      type: 'telemetry',
      telemetry: {
        from: this.#measuredFrom,
        to,
        streams: [{ stream: 'Readings', events }, { stream: 'Alarms', events: 0 }],
        sources: [{ id: 'Readings', received: events, refused: 0, lag: 0, paused: false }],
        models: [],
        detections: 0,
        actions: 0,
        deadLetters: 0,
        stored: events,
        latencyUs: latency.take(),
        queues: [{ name: 'decode', depth: 1, limit: 64 }],
        buffer: { records: 0, bytes: 0 },
        process: { cpuShare: 0.05, rssBytes: 150 * 1024 ** 2, storeBytes: 64 * 1024 ** 2 },
      },
    });
    this.#measuredFrom = to;
    this.#reports.flush();
  }

  #became({ state, message }: LinkState): void {
    if (state === 'connected') this.#options.tally.connected();
    else if (this.#state === 'connected') this.#options.tally.disconnected();
    if (state === 'refused' || /\b(429|503)\b/.test(message)) this.#options.tally.refused(this.#options.name);
    this.#state = state;
  }
}

function pathOf({ manifest }: VerifiedDesired): PathStatus {
  const { rules } = manifest;
  return { state: 'running', storeReady: true, sources: [], sinks: [], models: [], rules: rules.map(({ name, version, digest }) => ({ name, version, digest })), streams: [] };
}
