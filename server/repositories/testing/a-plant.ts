import { afterEach, beforeAll, beforeEach } from 'vitest';
import type { Role } from '../../kernel/actor.ts';
import { anAgent } from '../../deployments/testing/an-agent.ts';
import type { TestAgent } from '../../deployments/testing/an-agent.ts';
import { advanceRollout } from '../../rollout/index.ts';
import { aUser, callAs, testWorld } from '../../testing/index.ts';
import type { TestWorld } from '../../testing/index.ts';
import type { RepositoryDetail, SyncItem } from '../schema.ts';
import { workOnDue } from '../work.ts';
import { gitServer } from './git-server.ts';
import type { GitServer } from './git-server.ts';

export const textOf = (threshold: number): string => `define stream S (v int);\nfrom S[v > ${threshold}] select v insert into O;\n`;
export const fleet = 'kind: Fleet\nname: pumps\nselector: site=a\nsettings: { telemetryIntervalMs: 500 }\n';
export const rule = (threshold: number): string => `kind: Rule\nname: watch\ntext: |\n${textOf(threshold).replaceAll(/^/gm, '  ').trimEnd()}\n`;
export const plant = (threshold = 1): Record<string, string> => ({ 'plant/all.yaml': `kind: Deployment\nfleet: pumps\nrules: [watch]\npolicy: { bakeSeconds: 0 }\n---\n${fleet}---\n${rule(threshold)}` });
export const connection = { name: 'plant', path: 'plant', autoSync: true, prune: false, selfHeal: false };
export const signal = new AbortController().signal;

/** An organization with one node, and a Git server with an empty repository, new for each test of a file. */
export class Plant {
  world!: TestWorld;
  organization!: string;
  agent!: TestAgent;
  server!: GitServer;

  constructor() {
    beforeAll(async () => {
      this.world = await testWorld();
    });
    beforeEach(async () => {
      this.organization = await this.world.organization();
      this.server = await gitServer();
      this.agent = await anAgent(this.world.deps, this.organization, 'a-1', { site: 'a' });
      await this.agent.connect();
    });
    afterEach(async () => {
      await this.world.deps.db.gitRepository.deleteMany();
      await this.server.close();
    });
  }

  as(role: Role): ReturnType<typeof callAs> {
    return callAs(this.world.deps, aUser(this.organization, role));
  }

  /** Connects the repository, and does what follows. */
  async connect(more: object = {}): Promise<string> {
    const { id } = await this.as('administrator').repositories.connect({ ...connection, url: this.server.url, ...more });
    await this.work();
    return id;
  }

  /** All that is due is done. */
  async work(): Promise<void> {
    while (await workOnDue(this.world.deps, signal));
  }

  /** The same after the branch is due to be asked again. */
  async later(): Promise<void> {
    this.world.deps.clock.advance(4_000_000);
    await this.work();
  }

  async sync(id: string, prune = false): Promise<void> {
    await this.as('operator').repositories.sync({ id, prune });
    await this.work();
  }

  async state(id: string): Promise<RepositoryDetail> {
    return this.as('viewer').repositories.get({ id });
  }

  async syncs(id: string): Promise<SyncItem[]> {
    return (await this.as('viewer').repositories.syncs({ id })).items;
  }

  async rules(): Promise<string[]> {
    return (await this.as('viewer').rules.list({})).items.map(({ name, latest }) => `${name}@${latest?.version}`);
  }

  async fleets(): Promise<string[]> {
    return (await this.as('viewer').fleets.list({})).items.map(({ name }) => name);
  }

  async deployments() {
    return (await this.as('viewer').deployments.list({})).items;
  }

  /** The newest deployment goes through. */
  async finishRollout(): Promise<void> {
    const [newest] = await this.deployments();
    await advanceRollout(this.world.deps, newest?.id ?? '');
    if ((await this.agent.desired()) !== null) await this.agent.run();
    await advanceRollout(this.world.deps, newest?.id ?? '');
    await advanceRollout(this.world.deps, newest?.id ?? '');
  }
}
