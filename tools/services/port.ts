import { createServer } from 'node:net';
import { ServiceError } from './service.ts';

/** A port on 127.0.0.1 that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  return listenOnce(0);
}

/** The port itself when it is free. Otherwise a ServiceError that says who wanted it and what to do. */
export async function requirePort(port: number, wantedBy: string, remedy: string): Promise<number> {
  if (await isPortFree(port)) return port;
  throw new ServiceError(`Port ${port}, which ${wantedBy} needs, is in use by another program: ${remedy}.`);
}

export async function isPortFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no address'))));
    });
  });
}
