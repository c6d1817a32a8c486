import { type Envelope, type Report, reportSchema, type SyncStatus } from '@selvedge/edge-runtime/protocol';
import type { ArtefactSource } from '../../edge-runtime/activation/artefact-download.ts';
import { artefactRequest, type Toxins } from './artefact-request.ts';
import type { Centre, Process, Way } from './parts.ts';
import type { ToldDesired } from './signer.ts';
import { between, chance, oneOf, type World } from './world.ts';

/** One connection of an agent. What is under way in one arrives in its order, or not at all. */
interface Session {
  readonly process: Process;
  /** Bytes go through; one that is not open may look open to either end. */
  isOpen: boolean;
  isKnownThere: boolean;
  upAt: number;
  downAt: number;
}

const heartbeatMs = 15_000;
const desiredKept = 60;

/** All that lies between nodes and the control plane: connections, what is under way in them, and who meddles with it. */
export class Network implements Way {
  readonly #world: World;
  readonly #sessions = new Map<string, Session>();
  readonly #cut = new Set<string>();
  /** What was ever told anybody: whoever listens can say it again, to anybody. */
  readonly #recorded: ToldDesired[] = [];
  readonly toxins = new Map<string, Toxins>();
  controlPlane: Centre | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  isConnected(node: string): boolean {
    return this.#sessions.get(node)?.isOpen === true;
  }

  /** The agent begins to connect, again and again until it is connected or ended. */
  connect(process: Process): void {
    const { time } = this.#world;
    const attempt = (): void => {
      if (!process.isAlive || this.#sessions.get(process.node.id)?.process === process) return;
      if (this.#cut.has(process.node.id) || this.controlPlane?.isUp !== true) return void process.clock.after(between(this.#world, 250, 20_000), attempt);
      this.#open(process);
    };
    time.after(between(this.#world, 10, 500), attempt);
  }

  /** The process at this end is gone, and its connections with it. */
  gone(node: string): void {
    this.#close(node, 0);
  }

  /** The agent ends its connection, and makes another. */
  connectAgain(process: Process): void {
    if (this.#sessions.get(process.node.id)?.process === process) this.#close(process.node.id, 0);
  }

  cut(node: string, { isHalfOpen }: { isHalfOpen: boolean }): void {
    this.#cut.add(node);
    this.#close(node, isHalfOpen ? between(this.#world, 5_000, 2 * heartbeatMs) : 0);
  }

  mend(node: string): void {
    this.#cut.delete(node);
  }

  /** The control plane went down: everybody notices, and comes back when it is up. */
  controlPlaneGone(): void {
    for (const [node, session] of [...this.#sessions]) {
      session.isKnownThere = false;
      this.#close(node, 0);
    }
  }

  /** To the agent; dropped where no connection stands. */
  tell(node: string, desired: ToldDesired): void {
    this.#recorded.push(desired);
    if (this.#recorded.length > desiredKept) this.#recorded.shift();
    this.#down(node, (process) => process.told(desired));
    // Some things are said twice.
    if (chance(this.#world, 0.1)) this.#down(node, (process) => process.told(desired));
  }

  /** What the node may be told later. */
  offer(node: string, bundle: Envelope): void {
    this.#down(node, (process) => process.offered(bundle));
  }

  retry(node: string, generation: number): void {
    this.#down(node, (process) => process.toRetry(generation));
  }

  /** Somebody on the way says again what was once said, or puts together what does not belong together. */
  meddle(node: string): void {
    const [first] = this.#recorded;
    if (first === undefined) return;
    const pick = (): ToldDesired => oneOf(this.#world, [first, ...this.#recorded]);
    const said = chance(this.#world, 0.5) ? pick() : { assignment: pick().assignment, bundle: pick().bundle };
    this.#down(node, (process) => process.told(said));
  }

  say(node: string, desired: ToldDesired): void {
    this.#down(node, (process) => process.told(desired));
  }

  /** Whether it was taken: it may be lost under way all the same. */
  report(process: Process, report: Report): boolean {
    const session = this.#sessions.get(process.node.id);
    if (session?.process !== process) return false;
    const said = process.node.lies ? this.#lie(report) : report;
    session.upAt = Math.max(session.upAt, this.#world.time.now + this.#latency(process.node.id));
    this.#world.time.after(session.upAt - this.#world.time.now, () => {
      if (session.isOpen) this.controlPlane?.reported(process.node.id, said);
    });
    return true;
  }

  sourceFor(process: Process): ArtefactSource | undefined {
    const session = this.#sessions.get(process.node.id);
    if (session?.process !== process) return undefined;
    return { url: 'http://control-plane/artefacts', token: 't', request: artefactRequest(this.#world, process, () => this.isConnected(process.node.id), () => this.toxins.get(process.node.id), (digest) => this.controlPlane?.artefact(digest)) };
  }

  #open(process: Process): void {
    const { now } = this.#world.time;
    const session: Session = { process, isOpen: true, isKnownThere: true, upAt: now, downAt: now };
    this.#sessions.set(process.node.id, session);
    this.controlPlane?.connected(process.node.id);
    this.#down(process.node.id, () => process.welcomed());
    this.controlPlane?.tellAgain(process.node.id);
  }

  /** Nothing goes through any more; either end notices after its time. */
  #close(node: string, unnoticedMs: number): void {
    const session = this.#sessions.get(node);
    if (session === undefined || !session.isOpen) return;
    session.isOpen = false;
    const { time } = this.#world;
    const noticedHere = (): void => {
      if (this.#sessions.get(node) !== session) return;
      this.#sessions.delete(node);
      this.connect(session.process);
    };
    const noticedThere = (): void => {
      if (session.isKnownThere && !this.isConnected(node)) this.controlPlane?.disconnected(node);
    };
    time.after(unnoticedMs * this.#world.random(), noticedHere);
    time.after(unnoticedMs, noticedThere);
  }

  #down(node: string, deliver: (process: Process) => void): void {
    const session = this.#sessions.get(node);
    if (session === undefined) return;
    session.downAt = Math.max(session.downAt, this.#world.time.now + this.#latency(node));
    this.#world.time.after(session.downAt - this.#world.time.now, () => {
      if (session.isOpen && session.process.isAlive) deliver(session.process);
    });
  }

  #latency(node: string): number {
    return between(this.#world, 1, 50) * (this.toxins.get(node)?.latency ?? 1);
  }

  /** What the node reports, with something in it that is not so. */
  #lie(report: Report): Report {
    const sync = oneOf<SyncStatus>(this.#world, ['Synced', 'Failed', 'Applying', 'OutOfSync', 'Drifted', 'Unknown']);
    return reportSchema.parse({ ...report, sync, observedGeneration: Math.max(0, report.observedGeneration + between(this.#world, -2, 3)) });
  }
}
