import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DetectionRecord } from '@selvedge/edge-runtime/protocol';
import { afterEach, beforeAll, beforeEach } from 'vitest';
import { takeRecords } from '../../agent-link/records.ts';
import { anAgent } from '../../deployments/testing/an-agent.ts';
import { systemActor } from '../../kernel/actor.ts';
import type { Role } from '../../kernel/actor.ts';
import { aUser, callAs, testWorld } from '../../testing/index.ts';
import type { TestWorld } from '../../testing/index.ts';
import { routeAlerts } from '../notify.ts';
import type { AlertItem, ChannelSettings, Severity } from '../schema.ts';
import { sendDue } from '../send.ts';

/** An organization with a fleet and a node that detects, new for each test of a file, so that nobody's conditions are another's. */
export class Watched {
  world!: TestWorld;
  organization!: string;
  node!: string;
  /** What is closed when the test is over. */
  readonly closing: (() => Promise<void>)[] = [];
  #sequence = 0;

  constructor() {
    beforeAll(async () => {
      this.world = await testWorld();
    });
    beforeEach(async () => {
      this.organization = await this.world.organization();
      this.#sequence = 0;
      await this.as('operator').fleets.create({ name: 'pumps', selector: 'site=a', settings: { connectors: {} } });
      const agent = await anAgent(this.world.deps, this.organization, 'a-1', { site: 'a' });
      await agent.connect();
      this.node = agent.id;
    });
    afterEach(async () => {
      for (const close of this.closing.splice(0)) await close();
    });
  }

  as(role: Role): ReturnType<typeof callAs> {
    return callAs(this.world.deps, aUser(this.organization, role));
  }

  async alerts(state?: AlertItem['state'][]): Promise<AlertItem[]> {
    return (await this.as('viewer').alerts.list({ state })).items;
  }

  async detect(title = 'Low flow', severity: Severity = 'critical', times = 1): Promise<void> {
    const records = Array.from({ length: times }, (): DetectionRecord => ({
      kind: 'detection', sequence: ++this.#sequence, at: this.world.deps.clock.now(), rule: 'watch', ruleVersion: 1, stream: 'Alarms', title, severity, bundle: `sha256:${'a'.repeat(64)}`, generation: 1, models: [], data: { flow: 0.51239876, at: 1_795_901_240_302 }, causes: [], actions: [], latencyUs: 100,
    }));
    await takeRecords(this.world.deps, systemActor(this.organization, 'test'), this.node, records);
  }

  /** So many records of the node never arrive. */
  lose(records: number): void {
    this.#sequence += records;
  }

  /** A channel, and a route that leads to it. */
  async channel(settings: ChannelSettings | { kind: 'pagerduty'; routingKey: string }, route: object = {}): Promise<string> {
    const { id } = await this.as('administrator').settings.notifications.createChannel({ name: `channel ${settings.kind}`, settings });
    await this.as('administrator').settings.notifications.createRoute({ name: `all ${settings.kind}`, channels: [id], ...route });
    return id;
  }

  /** One round of telling. */
  async tell(): Promise<void> {
    await routeAlerts(this.world.deps);
    await sendDue(this.world.deps);
  }

  /** A far end that keeps what it is sent and answers as it is told. */
  async receiver(answers: number[] = [], headers: Record<string, string> = {}): Promise<{ url: string; got: { headers: IncomingHttpHeaders; body: string }[] }> {
    const got: { headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer((request, response) => {
      void request.setEncoding('utf8').toArray().then((parts) => {
        got.push({ headers: request.headers, body: parts.join('') });
        response.writeHead(answers[got.length - 1] ?? 200, headers).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.closing.push(() => new Promise((resolve) => server.close(() => resolve())));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/secret-part`, got };
  }
}
