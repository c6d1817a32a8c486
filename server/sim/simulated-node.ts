import { VolatileDisk } from '../../edge-runtime/sim/volatile-disk.ts';
import type { Fate } from '../../edge-runtime/sim/power-cut.ts';
import { AgentProcess } from './agent-process.ts';
import type { Network } from './network.ts';
import type { Machine } from './parts.ts';
import type { Fault, Release } from './release.ts';
import { chance, note, type World } from './world.ts';

/** A machine with an agent on it. The machine stays; its agent ends and is started again, as a supervisor of services does. */
export class SimulatedNode implements Machine {
  readonly id: string;
  readonly world: World;
  readonly network: Network;
  readonly disk: VolatileDisk;
  readonly releases: readonly Release[];
  skewMs = 0;
  slowness = 1;
  lies = false;
  /** How many of its next starts are to end at a moment of their own, and how. */
  ending: { starts: number; within: number; fate: Fate } = { starts: 0, within: 0, fate: 'kill' };
  process: AgentProcess | undefined;
  highest = 0;

  constructor(world: World, network: Network, id: string, releases: readonly Release[]) {
    this.world = world;
    this.network = network;
    this.id = id;
    this.disk = new VolatileDisk(world.random);
    this.releases = releases;
  }

  faultOf(digest: string): Fault {
    for (const release of this.releases) if (release.digest === digest) return release.faultOn(this.id);
    return 'none';
  }

  start(): void {
    const process = new AgentProcess(this);
    this.process = process;
    if (this.ending.starts > 0) {
      this.ending.starts -= 1;
      process.endAt(1 + Math.floor(this.world.random() * this.ending.within), this.ending.fate);
    }
    note(this.world, `${this.id} starts`);
    process.run().catch((error: unknown) => this.world.violations.push(error instanceof Error ? error : new Error(String(error))));
  }

  /** The agent ends as it stands, and is started again after a while. */
  crash(fate: Fate): void {
    const ended = this.process;
    if (ended === undefined) return;
    note(this.world, `${this.id} ends by ${fate}`);
    this.process = undefined;
    ended.end();
    if (fate === 'power') this.disk.cut();
    this.network.gone(this.id);
    const pauseMs = chance(this.world, 0.7) ? 2_000 : 120_000;
    this.world.time.after(this.world.random() * pauseMs, () => this.process === undefined && this.start());
  }
}
