'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTRPC } from '../../../_data/trpc.tsx';
import { fleetAfter, type Outcome, withLabels } from './turns.ts';

/** What is done to each of several nodes: `check` says before anything is changed what it would do, `run` does it. */
export interface NodeWork {
  check: (node: { id: string }) => Promise<Outcome>;
  run: (node: { id: string }) => Promise<Outcome>;
}

const refused = (reason: string | undefined): Outcome => ({ tone: 'critical', says: reason ?? 'It cannot be done now.' });

/** Work on nodes by the procedures for one. Each is read anew at its turn: others may have changed it since it was listed. */
export function useNodeWork(): { retry: NodeWork; setLabels: (change: Readonly<Record<string, string>>) => NodeWork } {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { mutateAsync: retryOne } = useMutation(trpc.nodes.retry.mutationOptions());
  const { mutateAsync: setLabelsOfOne } = useMutation(trpc.nodes.setLabels.mutationOptions());
  return useMemo(() => {
    const read = (id: string) => queryClient.fetchQuery({ ...trpc.nodes.get.queryOptions({ id }), staleTime: 0 });
    return {
      retry: {
        check: async ({ id }) => {
          const { can, connectedSince } = await read(id);
          if (!can.retry.allowed) return refused(can.retry.reason);
          return connectedSince === null ? { tone: 'notice', says: 'Not connected: it tries again when it is back' } : { tone: 'positive', says: 'Tries its desired state again' };
        },
        run: async ({ id }) => ((await retryOne({ id })).delivered ? { tone: 'positive', says: 'Was asked to try again' } : { tone: 'notice', says: 'Not connected: it tries again when it is back' }),
      },
      setLabels: (change) => ({
        check: async ({ id }) => {
          const { can, labels: before } = await read(id);
          if (!can.setLabels.allowed) return refused(can.setLabels.reason);
          const { labels, differs } = withLabels(before, change);
          if (!differs) return { tone: 'positive', says: 'Has them already' };
          return fleetAfter(await queryClient.fetchQuery({ ...trpc.nodes.previewLabels.queryOptions({ id, labels }), staleTime: 0 }));
        },
        run: async ({ id }) => {
          const { labels, differs } = withLabels((await read(id)).labels, change);
          if (!differs) return { tone: 'positive', says: 'Has them already' };
          await setLabelsOfOne({ id, labels });
          return { tone: 'positive', says: 'Labels were set' };
        },
      }),
    };
  }, [trpc, queryClient, retryOne, setLabelsOfOne]);
}
