import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import { toTrpcError } from '../trpc/errors.ts';
import { appRouter } from '../trpc/root.ts';
import type { Surface } from './exchange.ts';
import type { Gate } from './gate.ts';
import { sendWebResponse, toWebRequest } from './web-bridge.ts';

const prefix = '/api/trpc';
const BATCH_MAX = 50;

/** The console's procedures. Queries and mutations are answered at once; subscriptions stay open as server-sent events. */
export function trpcSurface(deps: Deps, gate: Gate): Surface {
  const openStreams = new Map<string, number>();
  return {
    name: 'trpc',
    prefix,
    handle: async (exchange) => {
      const ending = new AbortController();
      const signal = AbortSignal.any([exchange.signal, ending.signal]);
      const request = await toWebRequest({ ...exchange, signal }, limits.jsonBodyBytesMax, deps.publicUrl);
      const streaming = exchange.headers.get('accept')?.includes('text/event-stream') ?? false;
      let holder: string | undefined;
      if (streaming) deps.metrics.subscriptions.inc();
      try {
        const answer = await fetchRequestHandler({
          endpoint: prefix,
          req: request,
          router: appRouter,
          maxBatchSize: BATCH_MAX,
          createContext: async () => {
            const actor = await gate(exchange).catch((error: unknown) => {
              throw toTrpcError(error);
            });
            if (streaming && actor !== null) {
              holder = takeStream(openStreams, actor.id);
              endWithSession(deps, actor, ending, exchange.signal);
            }
            return { deps, actor, requestId: exchange.requestId, remoteAddress: exchange.remoteAddress };
          },
        });
        await sendWebResponse(answer, exchange.response);
      } finally {
        if (streaming) deps.metrics.subscriptions.dec();
        if (holder !== undefined) giveBackStream(openStreams, holder);
        ending.abort();
      }
    },
  };
}

/** Counts one more open stream of the actor, in this process. Throws TooManyRequests at the limit. */
function takeStream(openStreams: Map<string, number>, actorId: string): string {
  const open = openStreams.get(actorId) ?? 0;
  if (open >= limits.subscriptionsPerActorMax) throw toTrpcError(new DomainError('TooManyRequests', `At most ${limits.subscriptionsPerActorMax} live views can be open at once.`, { details: { retryAfterMs: 5_000 } }));
  openStreams.set(actorId, open + 1);
  return actorId;
}

function giveBackStream(openStreams: Map<string, number>, actorId: string): void {
  const left = (openStreams.get(actorId) ?? 1) - 1;
  if (left === 0) openStreams.delete(actorId);
  else openStreams.set(actorId, left);
}

/** A live view ends with the session, token or membership that opened it, not when it happens to reconnect. */
function endWithSession(deps: Deps, actor: Actor, ending: AbortController, signal: AbortSignal): void {
  const holders = new Set([actor.id, ...(actor.kind === 'user' ? [actor.sessionId] : [])]);
  deps.liveBus.listen((event) => {
    if (event.topic === 'session' && holders.has(event.subjectId)) ending.abort();
  }, AbortSignal.any([signal, ending.signal]));
}
