'use client';
import { keepPreviousData, skipToken, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useState } from 'react';
import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import { nextCursorOf } from '../../../_data/pages.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { attributeText } from '../../../_format/number.ts';
import { Loaded } from '../../../_shell/loaded.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Card } from '../../../_ui/card.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { Segments } from '../../../_ui/segments.tsx';
import { Select } from '../../../_ui/select.tsx';
import { ShowMore } from '../../../_ui/show-more.tsx';
import { SkeletonRows } from '../../../_ui/skeleton.tsx';
import { Moment, MomentsOfToday } from '../../../_ui/moment.tsx';
import { Cell, HeadCell, Table } from '../../../_ui/table.tsx';

const spans = ['1m', '5m', '15m', '1h'] as const;
const spanMs = { '1m': 60_000, '5m': 300_000, '15m': 900_000, '1h': 3_600_000 } as const;

/** Asks the node itself what is in its store, over the link. The answer is the node's and is not kept here. */
export function StoreTab({ node }: { node: NodeDetail }) {
  const trpc = useTRPC();
  const [{ stored, span }, set] = useQueryStates({ stored: parseAsString, span: parseAsStringLiteral(spans).withDefault('5m') }, { history: 'replace' });
  const [askedAt, setAskedAt] = useState(() => Date.now());
  const streams = useQuery(trpc.nodes.streams.queryOptions({ id: node.id }));
  const stream = stored ?? streams.data?.[0]?.stream ?? null;
  const query = useInfiniteQuery({
    ...trpc.nodes.query.infiniteQueryOptions(stream === null ? skipToken : { id: node.id, stream, from: askedAt - spanMs[span], to: askedAt, limit: 100 }, { getNextPageParam: nextCursorOf }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  return (
    <Card
      title="Events in its store"
      subtitle={stream === null ? undefined : 'the latest first'}
      actions={
        <>
          <Segments label="How far back" value={span} onChange={(next) => void set({ span: next })} options={spans.map((each) => ({ value: each, label: each }))} />
          <Select label="Stream" size="sm" value={stream} onChange={(next) => void set({ stored: next })} options={(streams.data ?? []).map((each) => ({ value: each.stream, label: each.stream }))} />
          <Button size="sm" onClick={() => setAskedAt(Date.now())} busy={query.isFetching} refused={stream === null ? 'It has no stream to ask for.' : undefined}>
            Ask again
          </Button>
        </>
      }
    >
      {stream === null && streams.isSuccess ? (
        <EmptyState kind="nothing-yet" title="It keeps no stream yet">
          Streams of the rules that it runs are stored and can be asked for here.
        </EmptyState>
      ) : (
        <Loaded query={query} what="events of the node" skeleton={<SkeletonRows rows={10} columns={5} />}>
          {(data) => {
            const rows = data.pages.flatMap((page) => page.rows);
            const attributes = data.pages[0]?.attributes ?? [];
            if (rows.length === 0) {
              return (
                <EmptyState kind="no-match" title={`No event of ${stream} in this time`} action={<Button onClick={() => void set({ span: '1h' })}>Look an hour back</Button>}>
                  Its store keeps events for as long as its fleet's settings say.
                </EmptyState>
              );
            }
            return (
              <MomentsOfToday among={rows.map((row) => row.at)}>
                <Table label={`Events of ${stream}`}>
                  <thead>
                    <tr>
                      <HeadCell>When</HeadCell>
                      {attributes.map((name, index) => (
                        <HeadCell key={name} numeric={typeof rows[0]?.values[index] === 'number'}>
                          {name}
                        </HeadCell>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((row, index) => (
                      <tr key={`${row.at} ${index}`}>
                        <Cell mono>
                          <span className="text-dim"><Moment at={row.at} /></span>
                        </Cell>
                        {attributes.map((name, column) => (
                          <Cell key={name} numeric={typeof row.values[column] === 'number'}>
                            {attributeText(row.values[column])}
                          </Cell>
                        ))}
                      </tr>
                    ))}
                  </tbody>
                </Table>
                <ShowMore query={query} />
              </MomentsOfToday>
            );
          }}
        </Loaded>
      )}
    </Card>
  );
}
