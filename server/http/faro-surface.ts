import { z } from 'zod';
import type { Deps } from '../kernel/deps.ts';
import { DomainError } from '../kernel/errors.ts';
import { createRateLimiter, limits } from '../kernel/limits.ts';
import { readJson } from './exchange.ts';
import type { Surface } from './exchange.ts';
import { isOwnOrigin } from './security.ts';

const text = z.string().transform((value) => value.slice(0, 2_000));
/** The parts of a Faro payload that we keep; the rest of it is ignored. */
const reportSchema = z.object({
  meta: z.object({ page: z.object({ url: text.optional() }).optional(), session: z.object({ id: text.optional() }).optional() }).optional(),
  exceptions: z.array(z.object({ type: text, value: text, stacktrace: z.object({ frames: z.array(z.object({ filename: text, function: text, lineno: z.number().optional() })).max(100) }).optional() })).max(50).optional(),
  logs: z.array(z.object({ message: text, level: text.optional() })).max(50).optional(),
  measurements: z.array(z.object({ type: text, values: z.record(z.string().max(64), z.number()) })).max(50).optional(),
  events: z.array(z.object({ name: text })).max(100).optional(),
});

/** Takes what browsers report of errors and web vitals, from our own pages only, bounded, into the log and the metrics. */
export function faroSurface(deps: Deps): Surface {
  const limiter = createRateLimiter(deps.clock, { perSecond: 2, burst: 30 });
  const logger = deps.logger.child({ part: 'browser' });
  return {
    name: 'faro',
    prefix: '/api/faro',
    handle: async ({ request, response, method, remoteAddress, requestId }) => {
      if (method !== 'POST') throw new DomainError('NotFound', 'There is nothing at this address.');
      if (!isOwnOrigin(request, deps.publicUrl)) throw new DomainError('OriginRefused', 'Only pages of the console report here.');
      const decision = limiter.take(remoteAddress);
      if (!decision.allowed) throw new DomainError('TooManyRequests', 'Too many reports.', { details: { retryAfterMs: decision.retryAfterMs } });
      const parsed = reportSchema.safeParse(await readJson(request, limits.faroBodyBytesMax));
      if (!parsed.success) throw new DomainError('InvalidInput', 'This is not a report of the browser agent.');
      const { meta, exceptions = [], logs = [], measurements = [], events = [] } = parsed.data;
      const page = meta?.page?.url?.replace(/[?#].*$/, '');
      for (const exception of exceptions) logger.warn({ exception, page, requestId }, 'a page reported an exception');
      for (const entry of logs) logger.info({ entry, page, requestId }, 'a page logged');
      for (const measurement of measurements) logger.debug({ measurement, page }, 'a page measured itself');
      for (const [kind, count] of [['exception', exceptions.length], ['log', logs.length], ['measurement', measurements.length], ['event', events.length]] as const) {
        if (count > 0) deps.metrics.clientReports.inc({ kind }, count);
      }
      response.writeHead(202).end();
    },
  };
}
