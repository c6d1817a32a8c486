import path from 'node:path';
import { type ControlPlaneService, type Grant, grantSecret, startControlPlane } from '../tools/services/control-plane.ts';
import { type AgentService, startAgent } from '../tools/services/agent.ts';
import { freePort } from '../tools/services/port.ts';
import { startPostgres } from '../tools/services/postgres.ts';
import { layWire, type Wire } from './wire.ts';

/** One process of a control plane that has several. */
export interface Replica {
  readonly url: string;
  /** How many nodes are connected to it. */
  nodes(): Promise<number>;
  kill9(): Promise<void>;
  start(): Promise<void>;
}

/** Several control planes upon one Postgres and one state folder, behind one address. */
export interface Replicas {
  /** The balancer's address: the only one that people and nodes know. */
  readonly url: string;
  readonly all: readonly Replica[];
  grant(grant: Grant): Promise<string>;
  /** An agent that knows the balancer. */
  startNode(name: string, token: string): Promise<AgentService>;
  close(): Promise<void>;
}

/** Starts so many in the folder, on free ports; the console must be built. What it started ends with `stopAll()`. */
export async function startReplicas(folder: string, count: number): Promise<Replicas> {
  const postgres = await startPostgres({ folder: path.join(folder, 'postgres'), throwaway: true });
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const balancer: Wire = await layWire(...ports.map((port) => `http://127.0.0.1:${port}`));
  const optionsOf = (port: number) => ({ folder: path.join(folder, `replica-${port}`), state: path.join(folder, 'state'), databaseUrl: postgres.url, port, publicUrl: balancer.link });
  const all = await Promise.all(ports.map((port) => startReplica(optionsOf(port))));
  return {
    url: balancer.link,
    all,
    grant: (grant) => grantSecret(optionsOf(ports[0] ?? 0), grant),
    startNode: async (name, token) => startAgent({ name, link: balancer.link, folder: path.join(folder, 'agents', name), gatewayPort: await freePort(), token }),
    close: () => balancer.close(),
  };
}

async function startReplica(options: Parameters<typeof startControlPlane>[0]): Promise<Replica> {
  let service: ControlPlaneService = await startControlPlane(options);
  const url = `http://127.0.0.1:${options.port}`;
  return {
    url,
    nodes: async () => {
      const metrics = await fetch(`${url}/metrics`).then((answer) => answer.text(), () => '');
      return Number(/^selvedge_link_nodes (\d+)$/m.exec(metrics)?.[1] ?? 0);
    },
    kill9: () => service.kill9(),
    start: async () => {
      service = await startControlPlane(options);
    },
  };
}
