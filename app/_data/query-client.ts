import { QueryClient } from '@tanstack/react-query';
import { isTRPCClientError } from '@trpc/client';

/**
 * What was read stays true until the live stream says that it changed, so nothing is fetched again merely because a page was
 * opened; a minute is the longest that a missed word could be believed.
 */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 60_000, gcTime: 5 * 60_000, refetchOnWindowFocus: true, retry: (failures, error) => failures < 2 && !isAnswer(error) },
      mutations: { retry: false },
    },
  });
}

/** The server understood and said no: asking again changes nothing. */
function isAnswer(error: unknown): boolean {
  if (!isTRPCClientError(error)) return false;
  const data: unknown = error.data;
  const status = typeof data === 'object' && data !== null && 'httpStatus' in data ? data.httpStatus : undefined;
  return typeof status === 'number' && status >= 400 && status < 500;
}

let client: QueryClient | undefined;

/** One cache for the life of the tab; on the server, a new one for each request. */
export function browserQueryClient(): QueryClient {
  if (typeof window === 'undefined') return makeQueryClient();
  client ??= makeQueryClient();
  return client;
}
