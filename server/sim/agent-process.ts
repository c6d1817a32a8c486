import { artefactsOf, canonicalJson, type Envelope, type Report, type Welcome } from '@selvedge/edge-runtime/protocol';
import { Activator } from '../../edge-runtime/activation/activator.ts';
import { ArtefactStore } from '../../edge-runtime/activation/artefact-store.ts';
import { FetchAhead } from '../../edge-runtime/activation/fetch-ahead.ts';
import { TrustAnchor } from '../../edge-runtime/activation/trust.ts';
import { digestOf } from '../../edge-runtime/activation/verify.ts';
import { followKeys } from '../../edge-runtime/host/signing-keys.ts';
import { ConditionTable, reportOf } from '../../edge-runtime/host/report.ts';
import type { Clock } from '../../edge-runtime/kernel/clock.ts';
import { ReportSender } from '../../edge-runtime/link/report-sender.ts';
import type { Fate } from '../../edge-runtime/sim/power-cut.ts';
import { mortalDisk } from './mortal-disk.ts';
import type { Machine, Process } from './parts.ts';
import type { ToldDesired } from './signer.ts';
import { SimulatedRuntime } from './simulated-runtime.ts';
import { must, note } from './world.ts';

const FOLDER = '/node';
/** As the agent has them. */
const PROBATION_MS = 30_000;
const RETRY = { minMs: 250, maxMs: 30_000 };
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What one start of the agent is: the agent's own code for all that it decides and keeps, upon a disk, a network and a clock that are ours. */
export class AgentProcess implements Process {
  readonly node: Machine;
  readonly clock: Clock;
  readonly runtime: SimulatedRuntime;
  readonly #stopping = new AbortController();
  readonly #conditions = new ConditionTable();
  readonly #reports: ReportSender;
  #isAlive = true;
  #moments = 0;
  #endAt = Number.POSITIVE_INFINITY;
  #fate: Fate = 'kill';
  #trust: TrustAnchor | undefined;
  #activator: Activator | undefined;
  #ahead: FetchAhead | undefined;
  /** What comes from the link is dealt with in its order, as the agent's host does. */
  #instructions: Promise<void> = Promise.resolve();

  constructor(node: Machine) {
    this.node = node;
    this.clock = node.world.time.clockFor(() => node.skewMs, () => this.#isAlive);
    this.runtime = new SimulatedRuntime(this);
    this.#reports = new ReportSender((report) => this.node.network.report(this, report));
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get activator(): Activator | undefined {
    return this.#activator;
  }

  /** It is to end at its n-th moment at the disk from now. */
  endAt(moment: number, fate: Fate): void {
    this.#endAt = this.#moments + moment;
    this.#fate = fate;
  }

  /** Nothing of it is heard of any more. */
  end(): void {
    this.#isAlive = false;
  }

  async run(): Promise<void> {
    const { node, clock } = this;
    const disk = mortalDisk(node.disk, () => this.#moment());
    this.#trust = await TrustAnchor.load(FOLDER, disk);
    const store = await ArtefactStore.open(`${FOLDER}/artefacts`, disk);
    const logger = { ...quiet, error: (message: string) => note(node.world, `${node.id}: ${message}`) };
    const shared = { store, trust: this.#trust, source: () => node.network.sourceFor(this), clock, random: node.world.random, logger };
    const ahead = new FetchAhead({ ...shared, status: () => activator.status, onTimeline: ({ message }) => note(node.world, `${node.id}: ${message}`), retry: { minMs: 5_000, maxMs: 600_000 } });
    this.#ahead = ahead;
    const activator: Activator = await Activator.load({
      ...shared,
      ahead,
      folder: FOLDER,
      disk,
      runtime: this.runtime,
      availableMemory: () => Number.POSITIVE_INFINITY,
      onChange: () => this.#changed(),
      onTimeline: ({ reason, message }) => {
        note(node.world, `${node.id}: ${reason}: ${message}`);
        // No disk of ours changes what was flushed, so nothing on it may ever be in doubt.
        if (reason === 'BundleOnDiskRefused') node.world.violations.push(new Error(`I2: ${node.id} came up with a disk that it cannot read: ${message}`));
      },
      probationMs: PROBATION_MS,
      retry: RETRY,
    });
    this.#activator = activator;
    must(node.world, highestOf(activator) >= node.highest, 'I1', () => `${node.id} had accepted ${node.highest} and came up with ${highestOf(activator)}`);
    this.#requireArtefacts(activator);
    node.network.connect(this);
    await Promise.all([activator.run(this.#stopping.signal), ahead.run(this.#stopping.signal)]);
  }

  /** The control plane takes it in. */
  welcomed(): void {
    this.#inOrder(async () => {
      const { world, id } = this.node;
      const { trustedKeys: signingKeys, keySets } = world.signer;
      const welcome: Welcome = { type: 'welcome', node: id, organization: world.organization, artefactToken: 't', artefactUrl: 'http://control-plane', signingKeys, keySets: [...keySets], recordsThrough: 0 };
      const pinned = await this.#follow(keySets).then(() => this.#trust?.pin(welcome, this.clock.now())).catch((error: unknown) => {
        this.node.network.connectAgain(this);
        throw error;
      });
      // A key may have come while the disk was written: then the next welcome names it.
      must(world, pinned !== 'different' || keySets.length !== world.signer.keySets.length || canonicalJson(signingKeys) !== canonicalJson(world.signer.trustedKeys), 'I3', () => `${id} does not know its own control plane`);
      this.#reports.connected();
      this.#activator?.linked();
      this.#ahead?.poke();
    });
  }

  told(desired: ToldDesired): void {
    this.#inOrder(async () => {
      await this.#follow(desired.keySets).catch((error: unknown) => {
        this.node.network.connectAgain(this);
        throw error;
      });
      await this.#activator?.accept(desired);
      if (this.#activator === undefined) return;
      const highest = highestOf(this.#activator);
      must(this.node.world, highest >= this.node.highest, 'I1', () => `${this.node.id} had accepted ${this.node.highest} and went back to ${highest}`);
      this.node.highest = highest;
    });
  }

  /** From keys that it trusts to those that sign now: each set leads on from the one before. */
  async #follow(keySets: readonly Envelope[] = []): Promise<void> {
    if (this.#trust === undefined) return;
    await followKeys(this.#trust, ({ reason, message }) => {
      note(this.node.world, `${this.node.id}: ${reason}: ${message}`);
      must(this.node.world, reason !== 'SigningKeysRefused', 'I3', () => `${this.node.id} refuses keys that those it trusts have signed: ${message}`);
    }, keySets);
  }

  /** It may fetch what it may be told later. */
  offered(bundle: Envelope): void {
    this.#inOrder(async () => this.#ahead?.offer(bundle, []));
  }

  toRetry(generation: number): void {
    this.#inOrder(async () => this.#activator?.retry(generation));
  }

  /** A person at the site forbids changes, or allows them again. */
  hold(forMs: number | null): void {
    this.#inOrder(async () => (forMs === null ? this.#activator?.release() : this.#activator?.hold(this.clock.now() + forMs, 'work on the pump')));
  }

  currentReport(): Report | undefined {
    const activator = this.#activator;
    if (activator === undefined) return undefined;
    const path = this.runtime.started === undefined ? undefined : { state: 'running' as const, storeReady: true, sources: [], sinks: [], models: [], rules: [], streams: [] };
    return reportOf({ activation: activator.status, path, trouble: undefined, now: this.clock.now() }, this.#conditions);
  }

  /** What the disk says must run is there, so that it runs whether or not anybody can be asked. */
  #requireArtefacts({ status: { current } }: Activator): void {
    for (const { digest, title } of current === undefined ? [] : artefactsOf(current.manifest)) {
      must(this.node.world, digestOf(this.node.disk.contentOf(`${FOLDER}/artefacts/${digest.slice('sha256:'.length)}`) ?? '') === digest, 'I2', () => `${this.node.id} comes up with generation ${current?.generation}, and ${title} of it is not on its disk`);
    }
  }

  #changed(): void {
    const report = this.#isAlive ? this.currentReport() : undefined;
    if (report === undefined) return;
    this.#ahead?.poke();
    if (report.sync === 'Synced') must(this.node.world, this.runtime.started?.digest === report.bundle, 'I9', () => `${this.node.id} would report ${report.bundle} and runs ${this.runtime.started?.digest}`);
    this.#reports.update(report);
  }

  #inOrder(work: () => Promise<void> | undefined): void {
    this.#instructions = this.#instructions.then(async () => (this.#isAlive ? work() : undefined)).catch((error: unknown) => {
      if (error instanceof Error && 'syscall' in error) note(this.node.world, `${this.node.id}: an instruction could not be carried out: ${error.message}`);
      else this.node.world.violations.push(error instanceof Error ? error : new Error(String(error)));
    });
  }

  async #moment(): Promise<boolean> {
    if (!this.#isAlive) return false;
    this.#moments += 1;
    if (this.#moments >= this.#endAt) {
      this.node.crash(this.#fate);
      return false;
    }
    // A slow disk takes its time, and others act meanwhile.
    if (this.node.slowness > 1) await this.clock.sleep(this.node.world.random() * 20 * this.node.slowness);
    return this.#isAlive;
  }
}

/** The highest generation that it has taken on: it is always one of these. */
function highestOf({ status: { current, desired, failure } }: Activator): number {
  return Math.max(0, ...[current, desired, failure].map((known) => known?.generation ?? 0));
}
