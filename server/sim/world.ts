import { createRandom } from '../kernel/seeded-random.ts';
import { Signer } from './signer.ts';
import { VirtualTime } from './virtual-time.ts';

/** What everybody in one history shares. Nothing in it knows the machine's time or its chance. */
export interface World {
  readonly time: VirtualTime;
  readonly random: () => number;
  readonly signer: Signer;
  readonly organization: string;
  /** What was violated by somebody whom nobody waits for. */
  readonly violations: Error[];
  /** The last things that happened, for who reads why a history went wrong. */
  readonly log: string[];
}

export function aWorld(seed: number): World {
  const organization = 'org_1';
  return { time: new VirtualTime(1_800_000_000_000), random: createRandom(seed), signer: Signer.of(organization), organization, violations: [], log: [] };
}

export function note(world: World, line: string): void {
  world.log.push(`${new Date(world.time.now).toISOString().slice(11)} ${line}`);
}

/** A whole number from `least` through `most`. */
export function between({ random }: World, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

export function chance({ random }: World, of: number): boolean {
  return random() < of;
}

export function oneOf<Item>({ random }: World, items: readonly [Item, ...Item[]]): Item {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** Something that must never be, and was: the history ends with it. */
export function must(world: World, holds: boolean, invariant: string, message: () => string): void {
  if (holds) return;
  const violation = new Error(`${invariant}: ${message()}`);
  note(world, `violated: ${violation.message}`);
  world.violations.push(violation);
}
