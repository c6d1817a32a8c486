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

/** Lays it to the address; `close` ends it with everything that goes over it. */
export async function layWire(address: string): Promise<Wire> {
  const { hostname, port } = new URL(address);
  const sockets = new Set<Socket>();
  let plugged = true;
  const server = createServer((near) => {
    if (!plugged) {
      near.destroy();
      return;
    }
    const far = connect({ host: hostname, port: Number(port) });
    join(near, far, sockets);
    join(far, near, sockets);
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
