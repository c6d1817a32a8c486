import { join } from 'node:path';
import { defaultGatewayLimits, Gateway } from '../gateway/server.ts';
import { loadGatewayToken } from '../gateway/token.ts';
import { writeFileDurably } from '../kernel/durable-file.ts';
import { messageOf } from '../kernel/path-error.ts';
import type { RedisTarget } from '../kernel/redis.ts';
import { NodeKeys } from '../link/identity.ts';
import { agentVersion } from '../protocol/index.ts';
import type { AgentConfig } from './command.ts';
import { gatewayBackend } from './gateway-backend.ts';
import { takeNodeFolder } from './node-folder.ts';
import { type AgentDependencies, type AgentParts, type AgentPlace, assemble } from './parts.ts';
import { RedisServer } from './redis-server.ts';
import { riskOfSiteRedis } from './site-redis.ts';

/** What the agent says once it can be spoken to. */
export interface AgentReady {
  readonly name: string;
  readonly fingerprint: string;
  readonly gateway: string;
  readonly tokenFile: string;
}

const GATEWAY_GRACE_MS = 3_000;
const DEFAULT_TELEMETRY_MS = 2_000;

/**
 * Runs the agent of one node until `signal` aborts, then drains: the link first, then the gateway, then the event path
 * with its checkpoint, and Redis last. Rejects when the node cannot be started at all.
 */
export async function runAgent(config: AgentConfig, deps: AgentDependencies, onReady: (ready: AgentReady) => void, signal: AbortSignal): Promise<void> {
  const folder = await takeNodeFolder(config.folder);
  const redisEnd = new AbortController();
  try {
    const identity = await NodeKeys.load(folder.path);
    const target: RedisTarget = config.redisUrl === undefined ? { socketPath: folder.socket('redis') } : { url: config.redisUrl };
    const server = new RedisServer({ folder: join(folder.path, 'redis'), socketPath: folder.socket('redis'), clock: deps.clock, random: deps.random, logger: deps.loggerFor('redis') });
    const redis = config.redisUrl === undefined ? server.run(redisEnd.signal) : Promise.resolve();
    try {
      await runParts(config, deps, { folder: folder.path, identity, redis: target }, onReady, signal);
    } finally {
      redisEnd.abort();
      await redis;
    }
  } finally {
    await folder.release();
  }
}

/** Runs the parts of an agent whose Redis comes up beside them. */
async function runParts(config: AgentConfig, deps: AgentDependencies, place: Omit<AgentPlace, 'gatewayUrl'>, onReady: (ready: AgentReady) => void, stopped: AbortSignal): Promise<void> {
  const { clock, loggerFor } = deps;
  let gatewayUrl = '';
  const parts = await assemble(config, deps, { ...place, gatewayUrl: () => gatewayUrl });
  const { activator, ahead, conversation, shipper, redis, note } = parts;
  const token = await loadGatewayToken(place.folder);
  const workEnd = new AbortController();
  const failed = new AbortController();
  const signal = AbortSignal.any([stopped, failed.signal]);
  const shipping = shipper.run(workEnd.signal);
  const activating = Promise.all([activator.run(signal), ahead.run(signal)]);
  const gateway = new Gateway({ backend: gatewayBackend(parts), token, agentVersion, limits: defaultGatewayLimits, logger: loggerFor('gateway'), now: clock.now });
  try {
    const port = await gateway.listen(config.gatewayPort, config.gatewayHost);
    gatewayUrl = `http://${config.gatewayHost}:${port}`;
    await writeFileDurably(join(place.folder, 'gateway.json'), JSON.stringify({ url: gatewayUrl, pid: process.pid }));
    note({ reason: 'AgentStarted', message: `Agent ${agentVersion} started.`, tone: 'info' });
    onReady({ name: config.name, fingerprint: place.identity.fingerprint, gateway: gatewayUrl, tokenFile: token.file });
    await Promise.all([conversation?.run(signal), collect(parts, deps, signal), config.redisUrl !== undefined && examineRedis(parts, deps, signal)]);
  } finally {
    failed.abort();
    await gateway.close(GATEWAY_GRACE_MS).catch(() => undefined);
    await activating;
    workEnd.abort();
    await shipping;
    await shipper.flush().catch((error: unknown) => loggerFor('agent').warn('some timeline entries could not be written', { problem: messageOf(error) }));
    await redis.close();
  }
}

/** Takes the measurements of each interval, and tells again what could not be told. */
async function collect({ supervisor, telemetry, conversation }: AgentParts, { clock }: AgentDependencies, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(supervisor.bundle?.settings.telemetryIntervalMs ?? DEFAULT_TELEMETRY_MS, signal);
    if (!signal.aborted) await telemetry.collect();
    conversation?.flush();
  }
}

/** A Redis of the site's own promises what its owner set. */
async function examineRedis({ redis, note }: AgentParts, { clock, loggerFor }: AgentDependencies, signal: AbortSignal): Promise<void> {
  const message = await riskOfSiteRedis(redis, clock, signal);
  if (message === undefined) return;
  loggerFor('agent').warn('the Redis of this site may lose what the node acknowledges', { problem: message });
  note({ reason: 'StoreMayLose', message, tone: 'notice' });
}
