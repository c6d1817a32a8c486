import type { Actor } from '../kernel/actor.ts';
import { DomainError } from '../kernel/errors.ts';
import { requireStorable } from '../kernel/storable-text.ts';
import { requireCapability, within } from '../identity/index.ts';
import type { Breadth, Capability } from '../identity/index.ts';
import { trpc } from './init.ts';
import { toDomainError, toTrpcError } from './errors.ts';
import { recordRefusedCall } from './refusals.ts';

export const router = trpc.router;
export const mergeRouters = trpc.mergeRouters;
export const createCallerFactory = trpc.createCallerFactory;

/** Outermost: counts and times the call, gives every failure its code, logs what is our defect with its cause. */
const observed = trpc.procedure.use(async ({ ctx, path, type, next }) => {
  const started = performance.now();
  const result = await next();
  const error = result.ok ? null : toDomainError(result.error);
  if (type !== 'subscription') ctx.deps.metrics.procedures.observe({ path, outcome: error?.code ?? 'ok' }, (performance.now() - started) / 1000);
  if (error === null || result.ok) return result;
  ctx.deps.metrics.refusals.inc({ code: error.code });
  if (error.kind === 'internal') ctx.deps.logger.error({ err: error.cause ?? error, path, requestId: ctx.requestId }, 'a procedure failed');
  throw toTrpcError(result.error);
});

/** No text that the database could not hold comes further than this. */
const storableInput = trpc.middleware(async ({ getRawInput, next }) => {
  requireStorable(await getRawInput());
  return next();
});

/** For what must work before anyone has signed in. */
export const publicProcedure = observed.meta({ access: 'public' }).use(storableInput);

const withActor = observed.use(({ ctx, next }) => {
  if (ctx.actor === null) throw new DomainError('NotSignedIn', 'You are not signed in, or your session or token has ended.');
  return next({ ctx: { ...ctx, actor: ctx.actor } });
});

/** For what concerns the person alone, whatever the role. */
export const signedInProcedure = withActor.meta({ access: 'signedIn' }).use(async ({ ctx, path, type, getRawInput, next }) => {
  const result = await next();
  if (!result.ok && type === 'mutation') await recordRefusedCall(ctx.deps, ctx.actor, path, await getRawInput(), toDomainError(result.error));
  return result;
}).use(storableInput);

/**
 * The procedure that nouns use: only actors with the capability come to it, and `ctx.actor` is the reach, of the roles that have it, to keep every read and
 * write within (I11); what concerns more than fleets says so and is closed to who is limited to some. A refusal, here or later
 * by the noun's own policy, goes on record (I8).
 */
export function procedure(capability: Capability, breadth: Breadth = 'fleet') {
  return withActor.meta({ access: capability, breadth }).use(async ({ ctx, path, type, getRawInput, next }) => {
    const actor: Actor = ctx.actor;
    try {
      requireCapability(actor, capability, breadth);
    } catch (error) {
      await recordRefusedCall(ctx.deps, actor, path, await getRawInput(), toDomainError(error));
      throw error;
    }
    const result = await next({ ctx: { ...ctx, actor: within(actor, capability) } });
    if (!result.ok && type === 'mutation') await recordRefusedCall(ctx.deps, actor, path, await getRawInput(), toDomainError(result.error));
    return result;
  }).use(storableInput);
}
