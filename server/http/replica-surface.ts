import { once } from 'node:events';
import { z } from 'zod';
import { DomainError, notFound } from '../kernel/errors.ts';
import { replicaPrefix, saysSomethingEveryMs } from '../kernel/replica-calls.ts';
import type { ReplicaTokens } from '../kernel/replica-calls.ts';
import type { Replicas } from '../kernel/replicas.ts';
import { readBody, sendJson } from './exchange.ts';
import type { Exchange, Surface } from './exchange.ts';
import { problemOf } from './problem.ts';

const bodyBytesMax = 65_536;
const followersMax = 2_000;

/** Where the other processes of this control plane ask this one. Nobody else has the secret that signs what they send. */
export function replicaSurface({ id, replicas, tokens }: { id: string; replicas: Replicas; tokens: ReplicaTokens }): Surface {
  let followers = 0;
  return {
    name: 'replica',
    prefix: replicaPrefix,
    handle: async (exchange) => {
      const path = exchange.url.pathname.slice(replicaPrefix.length);
      const token = /^Bearer (\S{1,1024})$/.exec(exchange.headers.get('authorization') ?? '')?.[1];
      const body = (await readBody(exchange.request, bodyBytesMax)).toString('utf8');
      if (token === undefined || !(await tokens.verifies(token, id, path, body))) throw new DomainError('NotSignedIn', 'Only a replica of this control plane asks here.');
      const [, kind, name = ''] = /^\/(ask|follow)\/([a-z-]{1,64})$/.exec(path) ?? [];
      const answerer = replicas.here(name);
      const input: unknown = JSON.parse(body);
      if (kind === 'ask') return sendJson(exchange.response, 200, { answer: (await answered(answerer?.answer?.(input))) ?? null });
      if (kind !== 'follow') throw notFound('question', path);
      if (followers >= followersMax) throw new DomainError('LimitReached', `At most ${followersMax} streams between replicas are open at a time.`);
      followers++;
      try {
        await tell(exchange, answerer?.feed?.(input, exchange.signal));
      } finally {
        followers--;
      }
    },
  };
}

/** Replicas of different versions run side by side while one follows the other: what this one cannot read it does not answer. */
async function answered(answer: Promise<unknown> | undefined): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof z.ZodError) throw new DomainError('InvalidInput', 'The question is not one that this replica understands.', { cause: error });
    throw error;
  }
}

/** One JSON object a line, the last one perhaps a refusal; an empty line says that this process is still there. Without a feed it tells nothing, and stays. */
async function tell({ response, requestId, signal }: Exchange, feed: AsyncIterable<unknown> | undefined): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  response.flushHeaders();
  const alive = setInterval(() => response.write('\n'), saysSomethingEveryMs);
  const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  try {
    if (feed === undefined) return await ended;
    for await (const answer of feed) {
      if (signal.aborted) return;
      if (!response.write(`${JSON.stringify({ answer })}\n`)) await Promise.race([once(response, 'drain'), ended]);
    }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    response.write(`${JSON.stringify({ refusal: problemOf(error, requestId) })}\n`);
  } finally {
    clearInterval(alive);
    response.end();
  }
}
