import { WebSocket } from 'ws';
import { z } from 'zod';
import type { AgentProcess } from './agent-process.ts';

/** Given to an agent's process as NODE_OPTIONS, so that its threads can be reached from outside. */
export const reachable = { NODE_OPTIONS: '--inspect=127.0.0.1:0' } as const;

const eventSchema = z.object({ method: z.literal('NodeWorker.attachedToWorker'), params: z.object({ sessionId: z.string(), workerInfo: z.object({ url: z.string() }) }) });
const fill = 'const held = []; for (;;) held.push(new Array(1_000_000).fill(held.length));';

/**
 * Fills the heap of the agent's event path until the thread is ended, wherever it stands: nothing of ours runs after that in
 * it. Resolves when the agent's process says that the thread is gone. The agent was started with `reachable`.
 */
export async function exhaustEventPath(agent: AgentProcess): Promise<void> {
  const url = agent.log.map((line) => /Debugger listening on (ws:\S+)/.exec(line)?.[1]).find((found) => found !== undefined);
  if (url === undefined) throw new Error('the agent was not started to be reached');
  const socket = new WebSocket(url);
  const say = (method: string, params: object): void => socket.send(JSON.stringify({ id: 1, method, params }));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('open', () => say('NodeWorker.enable', { waitForDebuggerOnStart: false }));
      let thread: string | undefined;
      socket.on('message', (data) => {
        const message: unknown = JSON.parse(String(data));
        const attached = eventSchema.safeParse(message);
        if (attached.success && attached.data.params.workerInfo.url.endsWith('/path/thread.ts')) {
          thread = attached.data.params.sessionId;
          say('NodeWorker.sendMessageToWorker', { sessionId: thread, message: JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: fill } }) });
        }
        const gone = goneSchema.safeParse(message);
        if (gone.success && gone.data.params.sessionId === thread) resolve();
      });
    });
  } finally {
    socket.close();
  }
}

const goneSchema = z.object({ method: z.literal('NodeWorker.detachedFromWorker'), params: z.object({ sessionId: z.string() }) });
