import { attributeValueSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import type { Queryable } from '../kernel/db.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { definePart } from '../kernel/process-part.ts';
import { findNode } from './repository.ts';
import type { queryNodeInput, queryNodeOutput } from './schema.ts';

/** How a read reaches a node: the agent link is one. */
export interface NodeReader {
  /** The node's answer as it sent it. Throws Unavailable when the node is not connected or does not answer in time. */
  query(nodeId: string, query: { stream: string; from: number; to: number; limit: number; cursor?: string }): Promise<{ ok: boolean; body: string }>;
}

/** Where nodes connect, reads find them. */
export const nodeReaderPart = definePart<NodeReader>('the agent link');

const answerSchema = z.object({
  attributes: z.array(z.object({ name: z.string() })).max(256),
  rows: z.array(z.object({ at: z.number(), values: z.array(attributeValueSchema) })).max(1000),
  nextCursor: z.string().nullable(),
});
const refusalSchema = z.object({ code: z.string(), message: z.string() });

/** Reads rows of a stream from the node's own store. */
export async function queryNode(db: Queryable, reader: NodeReader, organizationId: string, input: z.infer<typeof queryNodeInput>): Promise<z.infer<typeof queryNodeOutput>> {
  if ((await findNode(db, organizationId, input.id)) === null) throw notFound('node', input.id);
  const { id, cursor, ...query } = input;
  const answer = await reader.query(id, cursor === undefined ? query : { ...query, cursor });
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
