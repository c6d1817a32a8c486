import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** The network between a node and the control plane, as a cable that a test can pull. */
export interface Wire {
  /** Where a node finds the control plane at the other end. */
  readonly link: string;
  /** Breaks every connection and lets no new one through. */
  pull(): void;
  plug(): void;
  close(): Promise<void>;
}

/**
 * Lays it to the address; `close` ends it with everything that goes over it. Of several addresses each has its turn, as behind a
 * balancer, and the next one where nobody listens.
 */
export async function layWire(...addresses: readonly string[]): Promise<Wire> {
  const sockets = new Set<Socket>();
  let plugged = true;
  let turn = 0;
  const server = createServer((near) => {
    if (!plugged) {
      near.destroy();
      return;
    }
    near.on('error', () => near.destroy());
    void reach(addresses, turn++, near).then((far) => {
      if (far === undefined) near.destroy();
      else {
        join(near, far, sockets);
        join(far, near, sockets);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = server.address();
  if (own === null || typeof own === 'string') throw new Error('the wire has no port');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    link: `http://127.0.0.1:${own.port}`,
    pull: () => {
      plugged = false;
      cut();
    },
    plug: () => {
      plugged = true;
    },
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A connection to the first address from this one on where somebody listens; undefined where nobody does, or nobody waits any more. */
async function reach(addresses: readonly string[], from: number, near: Socket): Promise<Socket | undefined> {
  for (let tried = 0; tried < addresses.length && !near.destroyed; tried++) {
    const { hostname, port } = new URL(addresses[(from + tried) % addresses.length] ?? '');
    const far = connect({ host: hostname, port: Number(port) });
    const connected = await once(far, 'connect').then(
      () => true,
      () => false,
    );
    if (connected) return far;
  }
  return undefined;
}

/** What one end says the other hears; when one end is gone, so is the other. */
function join(from: Socket, to: Socket, sockets: Set<Socket>): void {
  sockets.add(from);
  from.pipe(to);
  from.on('error', () => to.destroy());
  from.on('close', () => {
    sockets.delete(from);
    to.destroy();
  });
}
