'use client';
import { skipToken, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { createContext, use, useEffect, useRef, useState, type ReactNode } from 'react';
import type { Change, ChangeTopic } from '../../server/live/schema.ts';
import { useTRPC } from '../_data/trpc.tsx';
import { useVisible } from '../_data/visible.ts';
import { Gatherer } from './gatherer.ts';
import { isReport, refreshFigures, refreshRows } from './live-nodes.ts';

/** Whether what is on the screen is fresh. `stale` means cut off for so long that it must not be trusted any more. */
export type Freshness = { state: 'connecting' | 'live' | 'paused' } | { state: 'reconnecting' | 'stale'; since: number };

/** The stream is renewed now and then as a matter of course; that is not worth a word. */
const graceMs = 2000;
const staleAfterMs = 15_000;
/** What people and rollouts do is asked again at once; what nodes report changes rows within about a second, and figures every other, in a question of their own, for they take longer. */
const paces = { changes: { soonMs: 250, gapMs: 250 }, rows: { soonMs: 250, gapMs: 1000 }, figures: { soonMs: 400, gapMs: 2000 } } as const;

const FreshnessContext = createContext<Freshness>({ state: 'connecting' });
export const useFreshness = () => use(FreshnessContext);

/**
 * Listens to what changes in the organisation and marks what shows it as out of date, which fetches what is on the screen and
 * nothing else. It begins at `since`, from before the page's data was read. Words that come together are gathered; of a thousand
 * reports only those of nodes that are on the screen are a question, about these rows.
 */
export function LiveProvider({ since, children }: { since: string; children: ReactNode }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [gatherers] = useState(() => {
    let pointedSince: number | null = null;
    const figures = new Gatherer<'figures'>(async () => {
      pointedSince = document.querySelector('table:hover') === null ? null : (pointedSince ?? Date.now());
      if (await refreshFigures(queryClient, trpc, pointedSince, Date.now())) figures.add('figures');
    }, paces.figures);
    const rows = new Gatherer<string>((ids) => refreshRows(queryClient, trpc, ids), paces.rows);
    const changes = new Gatherer<ChangeTopic>((topics) => refresh(queryClient, trpc, [...topics]), paces.changes);
    return { figures, rows, changes };
  });
  useEffect(() => () => Object.values(gatherers).forEach((gatherer) => gatherer.stop()), [gatherers]);

  const onChange = (change: Change) => {
    if (!isReport(change)) return gatherers.changes.add(change.topic);
    if (change.topic === 'node') gatherers.rows.add(change.id);
    gatherers.figures.add('figures');
  };

  const visible = useVisible();
  const subscription = useSubscription(
    trpc.live.changes.subscriptionOptions(visible ? { lastEventId: since } : skipToken, { onData: (event) => onChange(event.data) }),
  );
  const freshness = useFreshnessOf(visible ? subscription.status : 'idle');

  // Back after a cut: what happened meanwhile comes by the cursor, but figures are not events, so everything is read again.
  const wasCut = useRef(false);
  useEffect(() => {
    if (freshness.state === 'reconnecting' || freshness.state === 'stale' || freshness.state === 'paused') wasCut.current = true;
    if (freshness.state === 'live' && wasCut.current) {
      wasCut.current = false;
      void queryClient.invalidateQueries();
    }
  }, [freshness.state, queryClient]);
  useEffect(() => {
    document.documentElement.dataset['freshness'] = freshness.state;
  }, [freshness.state]);

  return <FreshnessContext value={freshness}>{children}</FreshnessContext>;
}

function useFreshnessOf(status: 'idle' | 'connecting' | 'pending' | 'error'): Freshness {
  const [freshness, setFreshness] = useState<Freshness>({ state: 'connecting' });
  useEffect(() => {
    if (status === 'pending') {
      setFreshness({ state: 'live' });
      return;
    }
    if (status === 'idle') {
      setFreshness({ state: 'paused' });
      return;
    }
    const since = Date.now();
    const timers = [
      setTimeout(() => setFreshness((now) => (now.state === 'live' ? { state: 'reconnecting', since } : now)), graceMs),
      setTimeout(() => setFreshness({ state: 'stale', since }), staleAfterMs),
    ];
    return () => timers.forEach((timer) => clearTimeout(timer));
  }, [status]);
  return freshness;
}

/** What each topic shows up in. */
async function refresh(queryClient: QueryClient, trpc: ReturnType<typeof useTRPC>, topics: readonly ChangeTopic[]): Promise<void> {
  // The server could not say what was missed: anything may have changed.
  if (topics.includes('resync')) return queryClient.invalidateQueries();
  const filters = {
    node: [trpc.nodes.pathFilter(), trpc.why.pathFilter(), trpc.fleets.pathFilter(), trpc.overview.pathFilter()],
    fleet: [trpc.fleets.pathFilter(), trpc.nodes.pathFilter(), trpc.overview.pathFilter()],
    rule: [trpc.rules.pathFilter(), trpc.overview.pathFilter()],
    model: [trpc.models.pathFilter(), trpc.rules.pathFilter(), trpc.overview.pathFilter()],
    deployment: [trpc.deployments.pathFilter(), trpc.signing.pathFilter(), trpc.why.pathFilter(), trpc.fleets.pathFilter(), trpc.rules.pathFilter(), trpc.models.pathFilter(), trpc.overview.pathFilter()],
    repository: [trpc.repositories.pathFilter(), trpc.overview.pathFilter()],
    enrollment: [trpc.enrollment.pathFilter(), trpc.nodes.pathFilter(), trpc.overview.pathFilter()],
    detection: [trpc.detections.pathFilter(), trpc.overview.pathFilter()],
    alert: [trpc.alerts.pathFilter(), trpc.overview.pathFilter()],
    settings: [trpc.identity.pathFilter(), trpc.settings.pathFilter(), trpc.nodeKeys.pathFilter(), trpc.signing.pathFilter(), trpc.overview.pathFilter()],
    audit: [trpc.audit.pathFilter()],
    resync: [],
  } satisfies Record<ChangeTopic, unknown>;
  const wanted = new Map(topics.flatMap((topic) => filters[topic]).map((filter) => [JSON.stringify(filter.queryKey), filter]));
  await Promise.all([...wanted.values()].map((filter) => queryClient.invalidateQueries({ ...filter, predicate: ({ queryKey }) => !isSettled(queryKey) })));
}

/** What stood at a moment of the past does not change, nor what was seen in a look at a wave, which is a hundred kilobytes. */
function isSettled([path, asked]: readonly unknown[]): boolean {
  if (Array.isArray(path) && path.join('.') === 'deployments.look') return true;
  return typeof asked === 'object' && asked !== null && 'input' in asked && typeof asked.input === 'object' && asked.input !== null && 'at' in asked.input;
}
