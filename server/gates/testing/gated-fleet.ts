import { beforeAll, beforeEach, expect } from 'vitest';
import { anAgent } from '../../deployments/testing/an-agent.ts';
import type { TestAgent } from '../../deployments/testing/an-agent.ts';
import { advanceRollout } from '../../rollout/index.ts';
import { aUser, callAs, testWorld } from '../../testing/index.ts';
import type { TestWorld } from '../../testing/index.ts';

const text = (threshold: number): string => `@source(type='kafka', topic='readings', @map(type='json'))
define stream Readings (flow double);
from Readings[flow > ${threshold}.0] select flow insert into Found;
`;

/** Two versions of the rule `watch`, for fleets to go from one to the other. */
async function publishWatch({ deps }: TestWorld, organization: string): Promise<void> {
  for (const threshold of [10, 20]) await callAs(deps, aUser(organization, 'author')).rules.publish({ name: 'watch', text: text(threshold) });
}

/** A fleet whose connected nodes all run version 1 of `watch`. */
export class GatedFleet {
  readonly id: string;
  readonly agents: readonly TestAgent[];
  readonly #world: TestWorld;
  readonly #organization: string;

  private constructor(world: TestWorld, organization: string, id: string, agents: readonly TestAgent[]) {
    this.#world = world;
    this.#organization = organization;
    this.id = id;
    this.agents = agents;
  }

  static async of(size: number, site: string, world: TestWorld, organization: string): Promise<GatedFleet> {
    const operator = callAs(world.deps, aUser(organization, 'operator'));
    const { id } = await operator.fleets.create({ name: site, selector: `site=${site}`, settings: { connectors: { kafka: { brokers: 'localhost:9092' } } } });
    const agents: TestAgent[] = [];
    for (let index = 0; index < size; index += 1) agents.push(await anAgent(world.deps, organization, `${site}-${String(index).padStart(2, '0')}`, { site }));
    for (const agent of agents) await agent.connect();
    const fleet = new GatedFleet(world, organization, id, agents);
    const first = await fleet.deploy(1, { waves: [], maxUnavailable: { unit: 'percent', value: 100 }, bakeSeconds: 0 });
    await fleet.answer(first);
    expect((await operator.deployments.get({ id: first })).state).toBe('Succeeded');
    return fleet;
  }

  async deploy(version: number, policy: object): Promise<string> {
    const { deployments } = callAs(this.#world.deps, aUser(this.#organization, 'operator'));
    const { hash, violations } = await deployments.plan({ fleet: this.id, rules: [{ name: 'watch', version }], policy });
    expect(violations).toEqual([]);
    return (await deployments.create({ planHash: hash })).id;
  }

  /** Whoever was told reports that it runs it. */
  async answer(deployment: string): Promise<void> {
    const { items } = await callAs(this.#world.deps, aUser(this.#organization, 'viewer')).deployments.nodes({ id: deployment, limit: 100 });
    for (const row of items.filter(({ state }) => state === 'Requested')) await this.agents.find(({ id }) => id === row.node)?.run();
    await advanceRollout(this.#world.deps, deployment);
  }
}

/** What a file of tests of gates has: for each test a fleet of its own, whose nodes have sites of its name. */
export interface GatedTests {
  world: TestWorld;
  organization: string;
  fleet: GatedFleet;
}

/** Call it at the top of the file; what it answers is filled before the first test. */
export function gatedTests(size: number) {
  const here = {} as GatedTests;
  let sites = 0;
  beforeAll(async () => {
    here.world = await testWorld();
    here.organization = await here.world.organization();
    await publishWatch(here.world, here.organization);
  });
  beforeEach(async () => {
    here.fleet = await GatedFleet.of(size, `site-${++sites}`, here.world, here.organization);
  });
  const as = (role: Parameters<typeof aUser>[1]) => callAs(here.world.deps, aUser(here.organization, role));
  return { here, as, get: (id: string) => as('viewer').deployments.get({ id }) };
}
