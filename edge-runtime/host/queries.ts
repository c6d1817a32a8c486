import { messageOf } from '../kernel/path-error.ts';
import { answerSchema, type FromAgent, type ToAgent } from '../protocol/index.ts';
import type { PathClient } from './path/client.ts';

type Query = Extract<ToAgent, { type: 'query' }>;
type Answer = Extract<FromAgent, { type: 'answer' }>;

const BODY_MAX = answerSchema.shape.body.maxLength ?? 0;

/** Reads the node's store for the control plane. The body is the store's answer as JSON, or `{code, message}`. Never rejects. */
export async function answerQuery(client: PathClient | undefined, { id, stream, from, to, limit, cursor }: Query): Promise<Answer> {
  const fail = (code: string, message: string): Answer => ({ type: 'answer', id, ok: false, body: JSON.stringify({ code, message }) });
  if (client === undefined) return fail('not-running', 'No bundle runs on this node now.');
  try {
    const { ok, ...answer } = await client.call('query', { stream, from, to, limit, ...(cursor === undefined ? {} : { cursor }) });
    const body = JSON.stringify(answer);
    return body.length > BODY_MAX ? fail('too-large', 'The answer is larger than a message may be; ask for fewer events.') : { type: 'answer', id, ok, body };
  } catch (error) {
    return fail('unavailable', messageOf(error));
  }
}
