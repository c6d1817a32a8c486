'use client';
import { keepPreviousData, skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Scope, Series, TelemetryNow } from '../../server/telemetry/schema.ts';
import { addPresent } from '../_charts/prepare/live-points.ts';
import { rangeMs, type Range } from './ranges.ts';
import { minute, seriesInputOf } from './telemetry-input.ts';
import { useTRPC } from './trpc.tsx';
import { useVisible } from './visible.ts';

/** Figures of a scope over a range that ends now, and the present. New figures come by themselves. */
export function useTelemetry(scope: Scope, range: Range, openedAt: number): { series: Series | undefined; present: TelemetryNow | null; from: number; to: number; error: unknown; refetch: () => void } {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const visible = useVisible();
  const length = rangeMs[range];
  const [anchor, setAnchor] = useState(openedAt);
  const input = useMemo(() => seriesInputOf(scope, range, anchor), [scope, range, anchor]);
  const history = useQuery({ ...trpc.telemetry.series.queryOptions(input), placeholderData: keepPreviousData, staleTime: Infinity });
  const [present, setPresent] = useState<TelemetryNow | null>(null);
  const step = useRef({ at: 0, samples: 0 });
  // The interval under way when listening began, whose beginning nobody here heard; null once it was asked for.
  const unheard = useRef<number | null>(null);
  const { status } = useSubscription(
    trpc.live.telemetry.subscriptionOptions(
      visible ? { scope } : skipToken,
      {
        onStarted: () => {
          unheard.current = Math.floor(Date.now() / (history.data?.stepMs ?? minute));
        },
        onData: (now) => {
          setPresent(now);
          // A node names its streams with its first figures, which may come after the page.
          if (scope.kind === 'node' && now.streams.length > 0) queryClient.setQueryData(trpc.nodes.streams.queryKey({ id: scope.id }), now.streams);
          if (unheard.current !== null && Math.floor((now.at - writtenWithinMs) / (history.data?.stepMs ?? minute)) > unheard.current) {
            unheard.current = null;
            void history.refetch();
          }
          queryClient.setQueryData(trpc.telemetry.series.queryKey(input), (series) => {
            if (!series) return series;
            const at = Math.floor(now.at / series.stepMs);
            const samples = step.current.at === at ? step.current.samples : 0;
            step.current = { at, samples: samples + 1 };
            return addPresent(series, now, samples);
          });
        },
      },
    ),
  );
  // After a pause or a cut the history is asked for anew, so that the line has no hole that was none.
  useEffect(() => {
    if (status === 'pending') setAnchor((at) => (Date.now() - at > freshMs ? Date.now() : at));
  }, [status]);
  const to = Math.max(present?.at ?? 0, input.to - minute);
  return { series: history.data, present, from: beginOf(history.data, to - length, to), to, error: history.error, refetch: () => void history.refetch() };
}

/** An interval that is over is in the history this much later. */
const writtenWithinMs = 3000;
/** A page that was made longer ago than this asks for its history again. */
const freshMs = 15_000;
const spanMin = 3 * minute;

/** Where a chart begins: where its range does, or with the first measurement when there is none from before. */
function beginOf(series: Series | undefined, wanted: number, to: number): number {
  const first = series?.points.find((point) => point.kind === 'point')?.at;
  return first === undefined ? wanted : Math.max(wanted, Math.min(first, to - spanMin));
}
