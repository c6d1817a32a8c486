/** A thread that serves models: `session.run` blocks, so it blocks here and nothing else. */
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../kernel/path-error.ts';
import { openOnnxSession, UnsupportedTensorError, type OnnxSession } from './onnx-session.ts';
import { transferable } from './tensor.ts';
import type { ServingReply, ServingRequest } from './worker-messages.ts';

const sessions = new Map<string, OnnxSession>();
const port = parentPort;
if (port === null) throw new Error('serving-thread.ts is the entry of a worker thread');

port.on('message', (request: ServingRequest) => {
  serve(request).then(
    (reply) => port.postMessage(reply, reply.kind === 'answer' ? transferable(reply.outputs) : []),
    (error: unknown) =>
      port.postMessage({ kind: 'failed', id: request.id, unsupported: error instanceof UnsupportedTensorError, message: messageOf(error) } satisfies ServingReply),
  );
});

async function serve(request: ServingRequest): Promise<ServingReply> {
  if (request.kind === 'load') {
    const session = await openOnnxSession(request.path);
    sessions.set(request.model, session);
    return { kind: 'loaded', id: request.id, signature: session.signature };
  }
  const session = sessions.get(request.model);
  if (session === undefined) throw new Error(`model ${request.model} is not loaded in this thread`);
  const startedAt = performance.now();
  const outputs = await session.run(request.inputs);
  return { kind: 'answer', id: request.id, outputs, runUs: (performance.now() - startedAt) * 1000 };
}
