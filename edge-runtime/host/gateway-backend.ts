import type { GatewayPath } from '../gateway/backend.ts';
import type { PathClient } from './path/client.ts';

/** The running path as the gateway calls it. A thread that ends under a call counts as not running. */
export function gatewayPath(client: PathClient): GatewayPath {
  return {
    streams: async () => (await client.call('status')).streams,
    query: (query) => client.call('query', query).catch(() => ({ ok: false, code: 'unavailable', message: 'The event path ended while it read.' }) as const),
    ingest: (path, contentType, body) => client.call('ingest', path, contentType, body).catch(() => ({ kind: 'refused', code: 'not-running', message: 'The event path ended before it answered; send the events again.', refused: [] }) as const),
    ask: (rule, query) => client.call('ask', rule, query).catch(() => ({ ok: false, code: 'not-running', message: 'The event path ended before it answered.', issues: [] }) as const),
    infer: (model, version, request) => client.call('infer', model, version, request).catch(() => ({ ok: false, code: 'failed', message: 'The event path ended before the model answered.' }) as const),
    models: () => client.call('models'),
  };
}
