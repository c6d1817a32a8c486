import { initTRPC } from '@trpc/server';
import type { Breadth, Capability } from '../identity/index.ts';
import type { RequestContext } from './context.ts';
import { wireErrorOf } from './errors.ts';

/** How a procedure appears in the public API; rest/ makes the routes and the OpenAPI document of it. */
export interface RestMeta {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`; `{name}` takes the input's member of that name. */
  path: `/${string}`;
  /** The noun, for the reference page. */
  tag: string;
  summary: string;
}

export interface ProcedureMeta {
  /** Who may call it: a capability, anyone signed in, or anyone. Set by the builders of procedures.ts, by nothing else. */
  access?: Capability | 'signedIn' | 'public';
  /** `organization`: not for who is limited to some fleets. */
  breadth?: Breadth;
  /** Left out for what belongs to the console alone: subscriptions, uploads, and what is about the session itself. */
  rest?: RestMeta;
}

/** The one tRPC instance. Values travel as plain JSON, times as milliseconds: no transformer. */
export const trpc = initTRPC
  .context<RequestContext>()
  .meta<ProcedureMeta>()
  .create({
    errorFormatter: ({ shape, error, ctx }) => ({ ...shape, data: { ...shape.data, ...wireErrorOf(error, ctx?.requestId ?? 'unknown') } }),
    sse: {
      ping: { enabled: true, intervalMs: 3_000 },
      client: { reconnectAfterInactivityMs: 10_000 },
      // Browsers come back with their cursor; without an end a forgotten tab would hold its connection for ever.
      maxDurationMs: 10 * 60_000,
    },
  });
