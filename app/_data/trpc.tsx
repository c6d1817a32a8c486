'use client';
import { QueryClientProvider } from '@tanstack/react-query';
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink } from '@trpc/client';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import { useState, type ReactNode } from 'react';
import type { AppRouter } from '../../server/trpc/root.ts';
import { apiHeaders } from './headers.ts';
import { browserQueryClient } from './query-client.ts';

const context = createTRPCContext<AppRouter>();

/** Typed options for every procedure, for `useQuery`, `useMutation` and `useSubscription`. */
export const useTRPC = context.useTRPC;

/** Questions and changes go in batches over POST and GET; subscriptions are one event stream each, which resumes at its last cursor by itself. */
export function DataProvider({ children }: { children: ReactNode }) {
  const queryClient = browserQueryClient();
  const [client] = useState(() =>
    createTRPCClient<AppRouter>({
      links: [
        splitLink({
          condition: (operation) => operation.type === 'subscription',
          true: httpSubscriptionLink({ url: '/api/trpc' }),
          false: httpBatchLink({ url: '/api/trpc', maxURLLength: 4000, headers: apiHeaders }),
        }),
      ],
    }),
  );
  return (
    <QueryClientProvider client={queryClient}>
      <context.TRPCProvider trpcClient={client} queryClient={queryClient}>
        {children}
      </context.TRPCProvider>
    </QueryClientProvider>
  );
}
