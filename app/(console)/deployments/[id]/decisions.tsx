'use client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { Decision } from '../../../../server/deployments/schema.ts';
import { nextCursorOf, rowsOf } from '../../../_data/pages.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { inSentenceCase } from '../../../_format/names.ts';
import { count } from '../../../_format/number.ts';
import { Loaded } from '../../../_shell/loaded.tsx';
import { Card } from '../../../_ui/card.tsx';
import { Details } from '../../../_ui/details.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { ShowMore } from '../../../_ui/show-more.tsx';
import { SkeletonRows } from '../../../_ui/skeleton.tsx';
import { Shape } from '../../../_ui/status.tsx';
import { decisionsInput } from './decisions-input.ts';

/** What the rollout and people decided, each with the figures it was decided on. */
export function Decisions({ id, at }: { id: string; at?: number | undefined }) {
  const trpc = useTRPC();
  const query = useInfiniteQuery({ ...trpc.deployments.decisions.infiniteQueryOptions(decisionsInput(id, at), { getNextPageParam: nextCursorOf }), placeholderData: keepPreviousData });
  const read = query.data === undefined ? undefined : rowsOf(query.data);
  return (
    <Card span={5} title="Decisions" subtitle={read === undefined || read.total <= read.rows.length ? 'newest first' : `newest first, ${count(read.rows.length)} of ${count(read.total)}`} live={at === undefined}>
      <Loaded query={query} what="the decisions" skeleton={<SkeletonRows rows={6} columns={1} />}>
        {(data) => {
          const { rows } = rowsOf(data);
          if (rows.length === 0) return <EmptyState kind="nothing-yet" title="Nothing was decided yet" />;
          return (
            <div className="max-h-[520px] overflow-y-auto" tabIndex={0} role="group" aria-label="Decisions">
              <ol className="divide-y divide-line">
                {rows.map((decision) => (
                  <Decided key={decision.id} decision={decision} />
                ))}
              </ol>
              <ShowMore query={query} />
            </div>
          );
        }}
      </Loaded>
    </Card>
  );
}

function Decided({ decision: { tone, kind, at, by, message, evidence } }: { decision: Decision }) {
  return (
    <li className="grid grid-cols-[14px_1fr] gap-x-2.5 px-4 py-2.5">
      <Shape tone={tone} className="mt-[3px]" />
      <div className="min-w-0">
        <p>
          <span className="font-medium">{inSentenceCase(kind)}</span> <span className="text-faint"><RelativeTime at={at} /> by {by}</span>
        </p>
        <p className="break-words text-dim">{message}</p>
        {Object.keys(evidence).length === 0 ? null : (
          <details className="mt-1">
            <summary className="text-sm text-accent">Evidence</summary>
            <div className="mt-1 rounded-md border border-line">
              <Details numeric rows={Object.entries(evidence).map(([name, value]) => ({ name: inSentenceCase(name), value: typeof value === 'number' && Number.isInteger(value) ? count(value) : String(value ?? '–') }))} />
            </div>
          </details>
        )}
      </div>
    </li>
  );
}
