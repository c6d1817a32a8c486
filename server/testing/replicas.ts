import type { Composition } from '../compose.ts';
import { createEdge } from '../http/server.ts';
import { replicaSurface } from '../http/replica-surface.ts';
import type { Deps } from '../kernel/deps.ts';

export interface JoinedReplica {
  /** Where the others ask it. */
  url: string;
  /** As a process that is killed: it answers no more, and does not say so. */
  kill(): Promise<void>;
  /** Resolves when it has left, after the signal aborted. */
  finished: Promise<void>;
}

/** Makes a test world a replica that others of the same database find, on a port of its own. */
export async function joinReplicas(deps: Deps, replica: Composition['replica'], signal: AbortSignal): Promise<JoinedReplica> {
  const { server } = createEdge({ deps, surfaces: [replicaSurface({ ...replica, replicas: deps.replicas })], upgrades: new Map() });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  const url = `http://127.0.0.1:${address.port}`;
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    server.closeAllConnections();
    return (closed ??= new Promise<void>((resolve) => server.close(() => resolve())));
  };
  const { finished } = await replica.registry.join(url, signal);
  return { url, kill: close, finished: finished.then(close) };
}
