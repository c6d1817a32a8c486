import path from 'node:path';
import { Api } from '../../examples/pump-loop/api.ts';
import { type ControlPlaneService, grantSecret, startControlPlane } from '../services/control-plane.ts';
import { freePort } from '../services/port.ts';
import { startPostgres } from '../services/postgres.ts';
import { Crews } from './crews.ts';
import { Meters } from './meters.ts';
import { nodesPerToken } from './order.ts';

const scopes = ['rules:read', 'rules:write', 'fleets:read', 'fleets:write', 'deployments:read', 'deployments:write', 'nodes:read'];

/** A control plane on a Postgres of its own, with crews that can be told to join it. */
export interface Stage {
  readonly api: Api;
  readonly crews: Crews;
  readonly meters: Meters;
  readonly url: string;
  /** As many enrolment tokens as the nodes need. */
  readonly tokens: readonly string[];
  /** Ends the control plane's process as `kill -9` would, and starts it again. */
  restartControlPlane(): Promise<void>;
}

/** Starts it in the folder; the console must be built. Durable as in production: nothing is traded for speed. */
export async function setStage(folder: string, nodes: number, crewCount: number): Promise<Stage> {
  const postgres = await startPostgres({ folder: path.join(folder, 'postgres'), statements: true });
  const options = { folder: path.join(folder, 'control-plane'), databaseUrl: postgres.url, port: await freePort() };
  let controlPlane: ControlPlaneService = await startControlPlane(options);
  const token = await grantSecret(options, { kind: 'api-token', name: 'Simulator', scopes, minutes: 240 });
  const tokens: string[] = [];
  for (let left = nodes; left > 0; left -= nodesPerToken) {
    tokens.push(await grantSecret(options, { kind: 'enrollment-token', label: 'Simulated nodes', labels: { site: 'sim' }, uses: Math.min(left, nodesPerToken), minutes: 240 }));
  }
  const crews = new Crews(crewCount);
  const meters = await Meters.open({ databaseUrl: postgres.url, postgresPid: postgres.pid, controlPlanePid: () => controlPlane.pid, nodePids: crews.pids });
  return {
    api: new Api(controlPlane.url, token),
    crews,
    meters,
    url: controlPlane.url,
    tokens,
    async restartControlPlane() {
      await controlPlane.kill9();
      controlPlane = await startControlPlane(options);
    },
  };
}
