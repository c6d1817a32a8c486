import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { EventPath } from './contract.ts';
import { buildEventPath } from './event-path.ts';
import type { PathCalls, PathRequest, PathThreadData, PathThreadMessage } from './messages.ts';
import { toThreadError } from './messages.ts';

/* The event path's thread: builds the path it was started with, then answers calls until it is told to stop. */

const SECRET_NAME = /^[A-Za-z0-9_.-]{1,128}$/;

if (parentPort === null) throw new Error('the event path runs in a thread of the agent');
const port = parentPort;
// The host starts this thread with exactly this.
const data: PathThreadData = workerData;
const say = (message: PathThreadMessage): void => port.postMessage(message);
const log = (level: 'info' | 'warn' | 'error'): Logger['info'] => (message, fields) => say({ type: 'log', level, message, fields });
const ending = new AbortController();
process.removeAllListeners('warning').on('warning', (warning) => log('warn')(warning.message, { name: warning.name }));

/** A secret is a file of that name in the node's folder, so that none is in an environment or a bundle. */
function secret(name: string): string | undefined {
  if (!SECRET_NAME.test(name) || name.startsWith('.')) return undefined;
  try {
    return readFileSync(join(data.secretsFolder, name), 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}

function callsOf(path: EventPath): PathCalls {
  const tails = new Map<number, () => void>();
  return {
    start: () => path.start(),
    stop: () => path.stop(),
    status: () => path.status(),
    takeTelemetry: () => path.takeTelemetry(),
    query: (query) => path.query(query),
    ingest: (source, contentType, body) => path.ingest(source, contentType, body),
    ask: (rule, query) => path.ask(rule, query),
    infer: (model, version, request) => path.infer(model, version, request),
    models: () => path.models(),
    tail: (id, stream, rowsPerSecondMax) => {
      tails.get(id)?.();
      tails.set(id, path.tail(stream, rowsPerSecondMax, (rows) => say({ type: 'tail', id, rows })));
    },
    untail: (id) => {
      tails.get(id)?.();
      tails.delete(id);
    },
  };
}

function perform(calls: PathCalls, request: PathRequest): unknown {
  switch (request.call) {
    case 'start':
      return calls.start();
    case 'stop':
      return calls.stop();
    case 'status':
      return calls.status();
    case 'takeTelemetry':
      return calls.takeTelemetry();
    case 'query':
      return calls.query(...request.args);
    case 'ingest':
      return calls.ingest(...request.args);
    case 'ask':
      return calls.ask(...request.args);
    case 'infer':
      return calls.infer(...request.args);
    case 'models':
      return calls.models();
    case 'tail':
      return calls.tail(...request.args);
    case 'untail':
      return calls.untail(...request.args);
  }
}

async function answer(calls: PathCalls, request: PathRequest): Promise<void> {
  try {
    say({ type: 'answer', id: request.id, value: await perform(calls, request) });
  } catch (error) {
    say({ type: 'refusal', id: request.id, error: toThreadError(error) });
  }
  // What the path leaves open (a driver's timer) must not keep the thread.
  if (request.call === 'stop') ending.abort();
}

try {
  const path = await buildEventPath(data.bundle, {
    node: data.node,
    settings: data.settings,
    redis: data.redis,
    keyPrefix: data.keyPrefix,
    filesFolder: data.filesFolder,
    secret,
    clock: systemClock(),
    logger: { info: log('info'), warn: log('warn'), error: log('error') },
    random: Math.random,
    signal: ending.signal,
  });
  path.onRecord(() => say({ type: 'record' }));
  const calls = callsOf(path);
  port.on('message', (request: PathRequest) => void answer(calls, request));
  say({ type: 'built' });
  // Now, since a thread that is ended would not come to it.
  flushCompileCache();
} catch (error) {
  say({ type: 'failed', error: toThreadError(error) });
}
