import type { Window } from '@selvedge/edge-runtime/protocol';
import { rolloutPolicySchema } from '../deployments/schema.ts';
import type { RolloutPolicy } from '../deployments/schema.ts';
import { Network } from './network.ts';
import { aRelease, type Fault, type Release } from './release.ts';
import { SimulatedControlPlane } from './simulated-control-plane.ts';
import { sites, someLabels } from './simulated-fleets.ts';
import { SimulatedNode } from './simulated-node.ts';
import { between, chance, oneOf, type World } from './world.ts';

/** Everybody in a history. */
export interface Stage {
  readonly world: World;
  readonly network: Network;
  readonly controlPlane: SimulatedControlPlane;
  readonly nodes: readonly SimulatedNode[];
  readonly releases: readonly [Release, ...Release[]];
}

/** A fleet of a few nodes that run the first release, and releases to deploy to it, of which the last two may not suit every node, or as `faults` say none. */
export function aStage(world: World, { nodes = between(world, 1, 5), faults }: { nodes?: number; faults?: readonly [Fault, Fault] } = {}): Stage {
  const ids = Array.from({ length: nodes }, (_, index) => `node_${index}`);
  const spoilt = (): string[] => ids.filter(() => faults !== undefined || chance(world, 0.5));
  const release = (name: string, fault: Fault): Release => aRelease(world.organization, name, { rules: between(world, 1, 3), bytes: between(world, 10, oneOf(world, [2_000, 2_000, 2_000, 40_000])), fault, spoilt: spoilt() });
  const anyFault = ['none', 'build', 'start', 'crash'] as const;
  const releases = [release('first', 'none'), release('second', 'none'), ...['third', 'fourth'].map((name, index) => release(name, faults?.[index] ?? oneOf<Fault>(world, anyFault)))] as const satisfies readonly Release[];
  const network = new Network(world);
  const controlPlane = new SimulatedControlPlane(world, network, new Map(ids.map((id) => [id, someLabels(world)])), releases);
  network.controlPlane = controlPlane;
  return { world, network, controlPlane, nodes: ids.map((id) => new SimulatedNode(world, network, id, releases)), releases };
}

/** As a person might set it. */
export function aPolicy(world: World): RolloutPolicy {
  return rolloutPolicySchema.parse({
    waves: Array.from({ length: between(world, 0, 2) }, () => ({ ...(chance(world, 0.3) && { selector: `site=${oneOf(world, sites)}` }), limit: { unit: 'nodes', value: between(world, 1, 2) } })),
    maxUnavailablePer: chance(world, 0.3) ? { labels: ['site'], nodes: 1 } : null,
    perMinute: oneOf(world, [null, null, 1]),
    windows: someWindows(world),
    downloadWindows: someWindows(world),
    activateWindows: someWindows(world),
    maxUnavailable: { unit: 'percent', value: oneOf(world, [1, 50, 100]) },
    updateTimeoutSeconds: oneOf(world, [30, 300, 1_200]),
    bakeSeconds: oneOf(world, [0, 5, 60]),
    failureThresholdPercent: oneOf(world, [0, 50, 100]),
    onFailure: oneOf(world, ['pause', 'rollback', 'abort']),
    whenDisconnected: oneOf(world, ['normal', 'expected', 'error']),
    quarantineAfter: oneOf(world, [null, 2]),
    fetchAhead: chance(world, 0.5),
    approval: chance(world, 0.2) ? 'eachWave' : 'none',
  });
}

/** Mostly none; else some that are open for a part of each hour, by the clocks of places that go forward and back. */
function someWindows(world: World): Window[] {
  if (chance(world, 0.8)) return [];
  const timeZone = oneOf(world, ['Etc/UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe']);
  if (chance(world, 0.5)) return [{ cron: `${between(world, 0, 59)} * * * *`, graceMinutes: between(world, 10, 40), timeZone }];
  const days = [0, 1, 2, 3, 4, 5, 6];
  return [{ days, from: '00:00', to: '11:45', timeZone }, { days, from: '12:15', to: '23:30', timeZone }];
}
