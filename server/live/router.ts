import { tracked } from '@trpc/server';
import { tailQuestion } from '../agent-link/index.ts';
import { notFound } from '../kernel/errors.ts';
import { findNode } from '../nodes/index.ts';
import { requireScope, telemetryNow } from '../telemetry/index.ts';
import { procedure, router, signedInProcedure } from '../trpc/procedures.ts';
import { untilOutOfReach } from './audience.ts';
import { followChanges, positionNow } from './changes.ts';
import { changesInput, changesPositionOutput, liveTelemetryInput, tailInput } from './schema.ts';
import type { TailBatch } from './schema.ts';
import type { TelemetryNow } from '../telemetry/schema.ts';

const telemetryEveryMs = 1_000;

/** Subscriptions, over server-sent events. Each ends with the request; the browser comes back with its last cursor. */
export const liveRouter = router({
  position: signedInProcedure
    .output(changesPositionOutput)
    .query(async ({ ctx }) => ({ cursor: await positionNow(ctx.deps) })),

  changes: signedInProcedure
    .input(changesInput)
    .subscription(async function* ({ ctx, input, signal }) {
      const ending = signal ?? new AbortController().signal;
      for await (const { cursor, change } of followChanges(ctx.deps, ctx.actor, input.lastEventId ?? null, ending)) yield tracked(cursor, change);
    }),

  telemetry: procedure('nodes:read')
    .input(liveTelemetryInput)
    .subscription(async function* ({ ctx, input, signal }): AsyncGenerator<TelemetryNow> {
      const { deps, actor } = ctx;
      const { scope } = input;
      const open = signal ?? new AbortController().signal;
      // Listened for before it is asked, so that a move in between is not missed.
      const ending = scope.kind === 'node' ? untilOutOfReach(deps.liveBus, actor, scope.id, open) : open;
      await requireScope(deps.db, actor, scope);
      while (!ending.aborted) {
        yield await telemetryNow(deps, actor, scope);
        await deps.clock.sleep(telemetryEveryMs, ending);
      }
    }),

  tail: procedure('nodes:read')
    .input(tailInput)
    .subscription(async function* ({ ctx, input, signal }): AsyncGenerator<TailBatch> {
      const { deps, actor } = ctx;
      const ending = untilOutOfReach(deps.liveBus, actor, input.node, signal ?? new AbortController().signal);
      if ((await findNode(deps.db, actor, input.node)) === null) throw notFound('node', input.node);
      yield* deps.replicas.follow(tailQuestion, input, ending);
    }),
});
