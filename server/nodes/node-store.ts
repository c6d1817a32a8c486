import { attributeValueSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import type { Deps } from '../kernel/deps.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import type { Reach } from '../kernel/reach.ts';
import type { Question } from '../kernel/replicas.ts';
import { idSchema } from '../kernel/wire.ts';
import { findNode } from './repository.ts';
import type { queryNodeInput, queryNodeOutput } from './schema.ts';

/** A read of a node's own store, for the process that the node is connected to; the answer is the node's, as it sent it. */
export const nodeStoreQuestion: Question<{ node: string; stream: string; from: number; to: number; limit: number; cursor?: string | undefined }, { ok: boolean; body: string }> = {
  name: 'node-store',
  input: z.object({ node: idSchema, stream: z.string(), from: z.number(), to: z.number(), limit: z.number(), cursor: z.string().optional() }),
  answer: z.object({ ok: z.boolean(), body: z.string() }),
  withinMs: 15_000,
};

const answerSchema = z.object({
  attributes: z.array(z.object({ name: z.string() })).max(256),
  rows: z.array(z.object({ at: z.number(), values: z.array(attributeValueSchema) })).max(1000),
  nextCursor: z.string().nullable(),
});
const refusalSchema = z.object({ code: z.string(), message: z.string() });

/** Reads rows of a stream from the node's own store. */
export async function queryNode(deps: Pick<Deps, 'db' | 'replicas'>, reach: Reach, input: z.infer<typeof queryNodeInput>): Promise<z.infer<typeof queryNodeOutput>> {
  if ((await findNode(deps.db, reach, input.id)) === null) throw notFound('node', input.id);
  const { id, ...query } = input;
  const answer = await deps.replicas.ask(nodeStoreQuestion, { node: id, ...query });
  if (answer === null) throw new DomainError('Unavailable', 'The node is not connected; its store can be read at its own gateway.');
  const body = parseBody(answer.body);
  if (!answer.ok) {
    const refusal = refusalSchema.safeParse(body);
    throw new DomainError('InvalidInput', refusal.success ? refusal.data.message : 'The node refused the query.', { details: refusal.success ? { code: refusal.data.code } : {} });
  }
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) throw new DomainError('Unavailable', 'The node’s answer cannot be understood; its agent may be newer or older than this control plane.', { cause: parsed.error });
  return { attributes: parsed.data.attributes.map((attribute) => attribute.name), rows: parsed.data.rows, nextCursor: parsed.data.nextCursor };
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
