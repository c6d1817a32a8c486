import { procedure, router } from '../trpc/procedures.ts';
import { seriesInput, seriesSchema } from './schema.ts';
import { readSeries } from './service.ts';

export const telemetryRouter = router({
  series: procedure('nodes:read')
    .meta({ rest: { method: 'POST', path: '/telemetry/series', tag: 'Telemetry', summary: 'Rates and latencies over time of a node, a fleet or everything' } })
    .input(seriesInput)
    .output(seriesSchema)
    .query(({ ctx, input }) => readSeries(ctx.deps, ctx.actor, input)),
});
