import { z } from 'zod';
import { waitingQuestion } from '../enrollment/index.ts';
import type { Question } from '../kernel/replicas.ts';
import { idSchema } from '../kernel/wire.ts';
import { nodeStoreQuestion } from '../nodes/index.ts';
import { tailInput, tailOutput } from '../live/schema.ts';
import type { LinkContext } from './context.ts';
import type { TailBatch } from './leases.ts';

/** Rows of a node's stream at full rate, for as long as somebody looks. */
export const tailQuestion: Question<z.output<typeof tailInput>, TailBatch> = { name: 'tail', input: tailInput, answer: tailOutput, withinMs: 0 };

/** Whether an agent of this node, other than `instance`, lives at the asked process; one that no longer answers is let go of. */
export const standingQuestion: Question<{ node: string; instance: string }, 'lives' | 'gone'> = {
  name: 'standing-agent',
  input: z.object({ node: idSchema, instance: z.string() }),
  answer: z.enum(['lives', 'gone']),
  withinMs: 4_000,
};

/** What the process that nodes connect to can be asked. */
export function answerQuestions({ deps, sessions, queries, leases }: LinkContext): void {
  deps.replicas.answer(waitingQuestion, ({ requests }) => requests.filter((request) => sessions.applicant(request) !== undefined));
  deps.replicas.answer(nodeStoreQuestion, ({ node, stream, from, to, limit, cursor }) => {
    const session = sessions.node(node);
    if (session === undefined) return null;
    return queries.ask(node, { type: 'query', id: deps.ids.next(), stream, from, to, limit, ...(cursor === undefined ? {} : { cursor }) }, (message) => session.socket.send(message));
  });
  deps.replicas.answer(standingQuestion, ({ node, instance }) => sessions.makeRoom(node, instance));
  deps.replicas.feed(tailQuestion, ({ node, stream, rowsPerSecondMax }, signal) => leases.view(node, stream, rowsPerSecondMax, signal));
}
