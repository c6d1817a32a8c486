import type { GatewayBackend, GatewayPath } from '../gateway/backend.ts';
import { agentVersion } from '../protocol/index.ts';
import type { AgentParts } from './parts.ts';
import type { PathClient } from './path/client.ts';
import type { PathSupervisor } from './path/supervisor.ts';
import { prometheusText } from './prometheus.ts';

/** The agent as the gateway calls it. */
export function gatewayBackend(parts: AgentParts): GatewayBackend {
  const { supervisor, telemetry, conversation, activator, offline } = parts;
  const notReady = (): string | undefined => whyNotReady(supervisor, activator.status.current !== undefined);
  return {
    path: () => (supervisor.client === undefined ? undefined : gatewayPath(supervisor.client)),
    notReady,
    status: () => statusOf(parts),
    metrics: async () => prometheusText(await telemetry.scrape(), { connected: conversation?.state.state === 'connected', ready: notReady() === undefined, generation: activator.status.converged?.generation ?? 0 }),
    hold: (until, reason) => activator.hold(until, reason),
    release: () => activator.release(),
    apply: (file) => offline.apply(file),
    receipt: () => offline.receipt(),
  };
}

/** Why the node does not serve yet; undefined when it does. */
function whyNotReady({ status, trouble }: Pick<PathSupervisor, 'status' | 'trouble'>, hasBundle: boolean): string | undefined {
  if (trouble !== undefined) return `The event path crashed and is being started again: ${trouble}`;
  if (status === undefined) return hasBundle ? 'The event path is starting.' : 'No bundle has been assigned to this node yet.';
  if (status.state !== 'running') return `The event path is ${status.state}.`;
  return status.storeReady ? undefined : 'The store does not answer.';
}

async function statusOf({ name, identity, trust, conversation, supervisor, outbox, activator }: AgentParts): Promise<Record<string, unknown>> {
  const { converged, desired, progress, failure, rejection, hold } = activator.status;
  return {
    name,
    node: trust.trust?.node ?? null,
    organization: trust.trust?.organization ?? null,
    fingerprint: identity.fingerprint,
    agentVersion,
    link: conversation?.state ?? { state: 'none', message: 'No control plane was named.' },
    bundle: converged === undefined ? null : { generation: converged.generation, digest: converged.digest },
    desired: desired === undefined ? null : { generation: desired.generation, digest: desired.digest },
    activation: progress ?? null,
    failure: failure ?? null,
    rejection: rejection ?? null,
    hold: hold ?? null,
    path: supervisor.status ?? null,
    trouble: supervisor.trouble ?? null,
    outbox: await outbox.measure().catch(() => null),
  };
}

/** The running path as the gateway calls it. A thread that ends under a call counts as not running. */
function gatewayPath(client: PathClient): GatewayPath {
  return {
    streams: async () => (await client.call('status')).streams,
    query: (query) => client.call('query', query).catch(() => ({ ok: false, code: 'unavailable', message: 'The event path ended while it read.' }) as const),
    ingest: (path, contentType, body) => client.call('ingest', path, contentType, body).catch(() => ({ kind: 'refused', code: 'not-running', message: 'The event path ended before it answered; send the events again.', refused: [] }) as const),
    ask: (rule, query) => client.call('ask', rule, query).catch(() => ({ ok: false, code: 'not-running', message: 'The event path ended before it answered.', issues: [] }) as const),
    infer: (model, version, request) => client.call('infer', model, version, request).catch(() => ({ ok: false, code: 'failed', message: 'The event path ended before the model answered.' }) as const),
    models: () => client.call('models'),
  };
}
