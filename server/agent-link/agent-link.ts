import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { linkLimits } from '@selvedge/edge-runtime/protocol';
import { WebSocketServer } from 'ws';
import { AdmissionQueue } from '../enrollment/index.ts';
import type { Deps } from '../kernel/deps.ts';
import { createRateLimiter } from '../kernel/limits.ts';
import { addCounter, addGauge } from '../kernel/metrics.ts';
import { Turnstile } from '../kernel/turnstile.ts';
import { markSilentNodes } from '../nodes/index.ts';
import { Ahead } from './ahead.ts';
import { Arrivals } from './arrivals.ts';
import { LinkConnection } from './connection.ts';
import type { LinkContext } from './context.ts';
import type { LinkParts } from './link-parts.ts';
import { Departures } from './departures.ts';
import { Heartbeats } from './heartbeats.ts';
import { Leases } from './leases.ts';
import { Lookups } from './lookups.ts';
import { News } from './news.ts';
import { Queries } from './queries.ts';
import { answerQuestions } from './questions.ts';
import { Reports } from './reports.ts';
import { Sessions } from './sessions.ts';
import type { Standing } from './sessions.ts';

/** Connections that this process takes; more are turned away before the handshake. */
const connectionsMax = 20_000;
/** Connections a second from one address, on average and at once: a site behind one address may come back as a whole. */
const handshakes = { perSecond: 50, burst: 500 } as const;
/** Connections that are let in at one time: after a restart all come, and people ask for pages meanwhile. */
const enteringMax = 200;
/** A connection that was silent for this long is dead, whatever TCP says. */
export const silentMs = 2.5 * linkLimits.heartbeatMs;
const sweepMs = 5_000;

export interface AgentLink {
  /** Takes over a request to upgrade at `/link`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Resolves when every connection is closed and written down, after the signal aborted. */
  finished: Promise<void>;
}

/** Speaks to agents: the only part of the control plane that does. */
export function createAgentLink(deps: Deps, parts: LinkParts, signal: AbortSignal): AgentLink {
  const sessions = new Sessions();
  const connections = new Set<Standing>();
  const limiter = createRateLimiter(deps.clock, handshakes);
  const server = new WebSocketServer({ noServer: true, maxPayload: linkLimits.messageBytesMax, perMessageDeflate: false });
  const refusals = addCounter(deps.metrics, 'selvedge_link_refusals_total', 'Agents refused or cut off, by reason.', ['reason']);
  addGauge(deps.metrics, 'selvedge_link_nodes', 'Nodes connected to this process.', () => sessions.nodeCount);
  addGauge(deps.metrics, 'selvedge_link_applicants', 'Nodes that wait for approval on a connection to this process.', () => sessions.applicantCount);
  const context: LinkContext = {
    deps,
    telemetry: parts.telemetry,
    lookups: new Lookups(deps, parts),
    entrance: new Turnstile(enteringMax),
    sessions,
    connections,
    heartbeats: new Heartbeats(deps, signal),
    admissions: new AdmissionQueue(deps),
    arrivals: new Arrivals(deps),
    reports: new Reports(deps, signal),
    departures: new Departures(deps),
    queries: new Queries(),
    leases: new Leases(deps.clock, () => deps.ids.next(), (nodeId, message) => {
      sessions.node(nodeId)?.socket.send(message);
      return sessions.node(nodeId) !== undefined;
    }),
    ahead: new Ahead(deps, parts, sessions, signal),
    refusals,
  };
  const news = new News(context);
  deps.liveBus.listen((event) => news.heard(event), signal);
  answerQuestions(context);

  const sweep = async (): Promise<void> => {
    const begun = deps.clock.now();
    while (!signal.aborted) {
      // Who was silent while nobody listened may be on its way back.
      if (deps.clock.now() - begun >= silentMs) await markSilentNodes(deps, silentMs, deps.ids.next()).catch((error: unknown) => deps.logger.warn({ err: error }, 'silent nodes were not looked for'));
      for (const connection of connections) if (deps.clock.now() - connection.heardAt > silentMs) connection.socket.terminate();
      await deps.clock.sleep(sweepMs, signal);
    }
    context.departures.stop();
    for (const connection of connections) connection.socket.close(1001, 'the control plane is stopping');
    await allClosed(connections);
    await context.departures.settled();
    await context.heartbeats.finished;
  };

  return {
    upgrade: (request, socket, head) => {
      const refusal = connections.size >= connectionsMax ? '503 Service Unavailable' : limiter.take(deps.proxies.addressOf(request)).allowed ? null : '429 Too Many Requests';
      if (refusal !== null || signal.aborted) {
        refusals.inc({ reason: 'limit' });
        socket.end(`HTTP/1.1 ${refusal ?? '503 Service Unavailable'}\r\nRetry-After: 5\r\nConnection: close\r\n\r\n`);
        return;
      }
      server.handleUpgrade(request, socket, head, (webSocket) => connections.add(new LinkConnection(context, webSocket, request.headers.host)));
    },
    finished: sweep(),
  };
}

/** Each closes within the two seconds after which its socket is cut. */
async function allClosed(connections: ReadonlySet<Standing>): Promise<void> {
  while (connections.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
}
