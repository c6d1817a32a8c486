import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { connect } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';

/** A server that a private authority vouches for under a name that nobody else knows, and a proxy that knows where it is. */
export interface TlsFront {
  url: string;
  caFile: string;
  /** The address of the proxy. */
  proxy: string;
  /** What the proxy was asked to connect to. */
  asked: string[];
  close(): Promise<void>;
}

const run = promisify(execFile);

/** TLS for `host` before a server on this port, with a certificate of an authority made for it in the folder. */
export async function tlsFront(folder: string, host: string, port: number): Promise<TlsFront> {
  const file = (name: string): string => path.join(folder, name);
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-subj', '/CN=Authority of a plant', '-keyout', file('ca.key'), '-out', file('ca.pem')]);
  await run('openssl', ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', `/CN=${host}`, '-keyout', file('server.key'), '-out', file('server.csr')]);
  await writeFile(file('names'), `subjectAltName=DNS:${host},DNS:localhost\n`);
  await run('openssl', ['x509', '-req', '-in', file('server.csr'), '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '1', '-extfile', file('names'), '-out', file('server.pem')]);
  const joined = (one: Duplex, port: number): void => {
    const other = connect(port, '127.0.0.1');
    one.on('error', () => other.destroy()).pipe(other).on('error', () => one.destroy()).pipe(one);
  };
  const tls = createTlsServer({ key: await readFile(file('server.key')), cert: await readFile(file('server.pem')) }, (socket) => joined(socket, port));
  const tlsPort = await listening(tls);
  const asked: string[] = [];
  const proxy = createHttpServer((_, response) => response.writeHead(405).end());
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const known = request.url === `${host}:443`;
    socket.write(known ? 'HTTP/1.1 200 Connection established\r\n\r\n' : 'HTTP/1.1 403 Forbidden\r\n\r\n');
    if (known) joined(socket, tlsPort);
    else socket.end();
  });
  const proxyPort = await listening(proxy);
  return {
    url: `https://localhost:${tlsPort}`,
    caFile: file('ca.pem'),
    proxy: `http://127.0.0.1:${proxyPort}`,
    asked,
    close: async () => {
      proxy.closeAllConnections();
      await Promise.all([tls, proxy].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has an AddressInfo.
  return (server.address() as AddressInfo).port;
}
