import type { Deps } from '../kernel/deps.ts';
import { sendJson, sendText } from './exchange.ts';
import type { Surface } from './exchange.ts';

/** A part without which this process should get no traffic; resolves when it is there, rejects with why it is not. */
export type ReadinessCheck = { name: string; check(): Promise<void> };

/** `/healthz`: the process answers. `/readyz`: so does everything it needs. `/metrics`: Prometheus. */
export function healthSurfaces(deps: Deps, checks: readonly ReadinessCheck[], draining: () => boolean): Surface[] {
  return [
    { name: 'health', prefix: '/healthz', handle: async ({ response }) => sendJson(response, 200, { status: 'ok' }) },
    {
      name: 'health',
      prefix: '/readyz',
      handle: async ({ response }) => {
        const parts = await Promise.all(
          checks.map(async ({ name, check }) => {
            try {
              await check();
              return [name, 'ok'] as const;
            } catch (error) {
              deps.logger.warn({ err: error, part: name }, 'not ready');
              return [name, 'not ready'] as const;
            }
          }),
        );
        const isReady = !draining() && parts.every(([, state]) => state === 'ok');
        sendJson(response, isReady ? 200 : 503, { status: isReady ? 'ready' : draining() ? 'draining' : 'not ready', parts: Object.fromEntries(parts) });
      },
    },
    {
      name: 'metrics',
      prefix: '/metrics',
      handle: async ({ response }) => sendText(response, 200, await deps.metrics.registry.metrics(), deps.metrics.registry.contentType),
    },
  ];
}
