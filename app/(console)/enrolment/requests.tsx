'use client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { EnrollmentRequest } from '../../../server/enrollment/schema.ts';
import { nextCursorOf, rowsOf } from '../../_data/pages.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Loaded } from '../../_shell/loaded.tsx';
import { useOrigin } from '../../_shell/origin.ts';
import { Button } from '../../_ui/button.tsx';
import { Card } from '../../_ui/card.tsx';
import { CodeBlock } from '../../_ui/code-block.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { Segments } from '../../_ui/segments.tsx';
import { ShowMore } from '../../_ui/show-more.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { requestStates } from './enrolment-filters.ts';
import { RequestCard } from './request-card.tsx';

type State = EnrollmentRequest['state'];

export function Requests({ state, onState }: { state: State; onState: (state: State) => void }) {
  const trpc = useTRPC();
  const list = useInfiniteQuery({ ...trpc.enrollment.requests.list.infiniteQueryOptions({ state, limit: 20 }, { getNextPageParam: nextCursorOf }), placeholderData: keepPreviousData });
  return (
    <>
      <div className="mb-3">
        <Segments label="State" value={state} onChange={onState} options={requestStates.map((each) => ({ value: each, label: each }))} />
      </div>
      <Loaded
        query={list}
        what="the requests"
        skeleton={
          <Card>
            <SkeletonRows rows={4} />
          </Card>
        }
      >
        {(data) => {
          const { rows, total } = rowsOf(data);
          if (rows.length === 0) {
            return <Card>{state === 'Pending' ? <NobodyAsks /> : <EmptyState kind="no-match" title={state === 'Approved' ? 'No request was approved yet' : 'No request was denied'} action={<Button onClick={() => onState('Pending')}>Show pending ones</Button>} />}</Card>;
          }
          return (
            <ul className="flex flex-col gap-3" data-live-data="">
              {rows.map((request) => (
                <li key={request.id}>
                  <RequestCard request={request} />
                </li>
              ))}
              {list.hasNextPage ? (
                <li>
                  <ShowMore query={list} read={{ shown: rows.length, total }} />
                </li>
              ) : null}
            </ul>
          );
        }}
      </Loaded>
    </>
  );
}

function NobodyAsks() {
  const link = useOrigin();
  return (
    <EmptyState kind="nothing-yet" title="No node asks to join">
      <p className="mb-3">Start an agent where your data is. It makes a key of its own, connects outward and appears here.</p>
      <CodeBlock code={`npm run agent -- --name plant-3-loop-2 --link ${link}`} />
    </EmptyState>
  );
}
