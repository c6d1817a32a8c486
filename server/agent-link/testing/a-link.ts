import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';
import type { Deps } from '../../kernel/deps.ts';
import { startTelemetry } from '../../telemetry/index.ts';
import type { TelemetryService } from '../../telemetry/index.ts';
import { createAgentLink } from '../agent-link.ts';
import type { AgentLink } from '../agent-link.ts';
import type { LinkParts } from '../link-parts.ts';

export interface TestLink {
  /** The WebSocket address. */
  url: string;
  link: AgentLink;
  telemetry: TelemetryService;
  /** Stops it as a process that ends does, and waits. */
  stop(): Promise<void>;
}

const signingKey = { keyId: 'test', publicKey: 'A'.repeat(43) };

/** An agent link on a free port, with nothing to run unless `desiredFor` is given. Stopped after the file. */
export async function aLink(deps: Deps, parts: Partial<Pick<LinkParts, 'desiredFor'>> = {}): Promise<TestLink> {
  const ending = new AbortController();
  const telemetry = startTelemetry(deps, ending.signal);
  const link = createAgentLink(deps, { telemetry, desiredFor: parts.desiredFor ?? (async (nodeIds: readonly string[]) => nodeIds.map(() => null)), signersOf: async () => ({ signingKeys: [signingKey], threshold: 1, keySets: [] }), offersFor: async () => new Map(), nodesAhead: async () => [] }, ending.signal);
  const server = createServer((_, response) => response.writeHead(404).end());
  server.on('upgrade', (request, socket, head) => link.upgrade(request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async (): Promise<void> => {
    ending.abort();
    await Promise.all([link.finished, telemetry.finished]);
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  let stopped: Promise<void> | undefined;
  const stopOnce = (): Promise<void> => (stopped ??= stop());
  afterAll(stopOnce);
  // A server that listens on TCP has an AddressInfo.
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/link`, link, telemetry, stop: stopOnce };
}
