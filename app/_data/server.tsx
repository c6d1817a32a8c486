import { dehydrate, HydrationBoundary, type QueryClient } from '@tanstack/react-query';
import { createTRPCClient, TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { cache, type ReactNode } from 'react';
import { consoleBridge } from '../../server/trpc/console-bridge.ts';
import type { AppRouter } from '../../server/trpc/root.ts';
import { paths } from '../paths.ts';
import { isSignedOut } from './failure.ts';
import { makeQueryClient } from './query-client.ts';

/**
 * For server components: the same typed procedures as in the browser, answered in this process on behalf of whoever asked for
 * the page. What is fetched into `queryClient` is handed to the browser by `Hydrated`, so that the first paint has its data and
 * the browser asks for none of it again. A question that fails here is asked again by the browser, which shows what came of it.
 */
export async function serverData() {
  await livePosition();
  const caller: unknown = await consoleBridge().caller(await headers());
  const queryClient = makeQueryClient();
  const client = createTRPCClient<AppRouter>({ links: [callerLink(caller)] });
  return { queryClient, trpc: createTRPCOptionsProxy<AppRouter>({ client, queryClient }) };
}

/**
 * Where the live stream must begin so that a change which happens while the page is read is not missed: asked once a request,
 * before any of the page's data. Null for someone who is not signed in, or is no longer when it is asked, who has no live stream.
 */
const livePosition = cache(async (): Promise<string | null> => {
  const requestHeaders = await headers();
  if ((await consoleBridge().session(requestHeaders)) === null) return null;
  const caller = await consoleBridge().caller(requestHeaders);
  try {
    return (await caller.live.position()).cursor;
  } catch (error) {
    // A session that somebody ended between the two questions.
    if (isSignedOut(error)) return null;
    throw error;
  }
});

/** Where the live stream begins, for a person who is signed in; another goes to the sign-in page, and back here afterwards. */
export async function requireLivePosition(): Promise<string> {
  const since = await livePosition();
  if (since === null) redirect(paths.signIn({ next: (await headers()).get('x-selvedge-path') ?? undefined }));
  return since;
}

export function Hydrated({ queryClient, children }: { queryClient: QueryClient; children: ReactNode }) {
  return <HydrationBoundary state={dehydrate(queryClient)}>{children}</HydrationBoundary>;
}

/** A link that ends in a function call instead of the network. */
function callerLink(caller: unknown): TRPCLink<AppRouter> {
  return () =>
    ({ op }) =>
      observable((observer) => {
        void call(caller, op.path, op.input).then(
          (data) => {
            observer.next({ result: { type: 'data', data } });
            observer.complete();
          },
          (cause: unknown) => {
            observer.error(TRPCClientError.from(cause instanceof Error ? cause : new Error(String(cause))));
          },
        );
      });
}

async function call(caller: unknown, path: string, input: unknown): Promise<unknown> {
  let target: unknown = caller;
  for (const name of path.split('.')) target = member(target, name);
  if (typeof target !== 'function') throw new Error(`there is no procedure ${path}`);
  return target(input);
}

/** tRPC's callers are proxies over functions, so a plain `in` check would not find their members. */
function member(target: unknown, name: string): unknown {
  return (typeof target === 'object' || typeof target === 'function') && target !== null ? Reflect.get(target, name) : undefined;
}
