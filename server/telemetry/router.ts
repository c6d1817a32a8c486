import { procedure, router } from '../trpc/procedures.ts';
import { budgetsNow } from './budgets.ts';
import { budgetsInput, budgetsOutput, seriesInput, seriesSchema } from './schema.ts';
import { readSeries } from './service.ts';

export const telemetryRouter = router({
  series: procedure('nodes:read')
    .meta({ rest: { method: 'POST', path: '/telemetry/series', tag: 'Telemetry', summary: 'Rates and latencies over time of a node, a fleet or everything' } })
    .input(seriesInput)
    .output(seriesSchema)
    .query(({ ctx, input }) => readSeries(ctx.deps, ctx.actor, input)),

  budgets: procedure('nodes:read')
    .meta({ rest: { method: 'GET', path: '/telemetry/budgets', tag: 'Telemetry', summary: 'What nodes may send of telemetry in a minute, what they sent, and what was left out for it' } })
    .input(budgetsInput)
    .output(budgetsOutput)
    .query(({ ctx, input }) => budgetsNow(ctx.deps, ctx.actor, input.nodes)),
});
