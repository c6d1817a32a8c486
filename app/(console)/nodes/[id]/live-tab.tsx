'use client';
import { useQuery } from '@tanstack/react-query';
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs';
import { useMemo } from 'react';
import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import { ScopeCharts } from '../../live/scope-charts.tsx';
import { StreamTail } from '../../live/stream-tail.tsx';
import { ranges } from '../../../_data/ranges.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { rate } from '../../../_format/number.ts';
import { Select } from '../../../_ui/select.tsx';
import { Segments } from '../../../_ui/segments.tsx';

/** The node's figures as they come, and one of its streams at full rate while it is looked at. */
export function LiveTab({ node, openedAt }: { node: NodeDetail; openedAt: number }) {
  const trpc = useTRPC();
  const [stream, setStream] = useQueryState('stream', parseAsString.withOptions({ history: 'replace' }));
  const [range, setRange] = useQueryState('range', parseAsStringLiteral(ranges).withDefault('15m').withOptions({ history: 'replace' }));
  const streams = useQuery(trpc.nodes.streams.queryOptions({ id: node.id }));
  const scope = useMemo(() => ({ kind: 'node' as const, id: node.id }), [node.id]);
  const busiest = streams.data?.find((each) => each.eventsPerSecond > 0) ?? streams.data?.[0];
  const chosen = stream ?? (streams.data === undefined ? undefined : (busiest?.stream ?? null));
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-3">
        <Select
          label="Stream"
          value={chosen ?? null}
          placeholder={streams.data?.length === 0 ? 'No stream yet' : 'Stream'}
          onChange={(next) => void setStream(next)}
          options={(streams.data ?? []).map((each) => ({ value: each.stream, label: each.stream, hint: rate(each.eventsPerSecond) }))}
        />
        <span className="text-dim">at full rate while this page is open</span>
      </div>
      <StreamTail node={node.id} stream={chosen} offline={node.health.status === 'Offline' || node.health.status === 'NeverSeen'} />
      <div className="mt-6 mb-3 flex items-center gap-3">
        <h2 className="text-lg font-semibold">Figures</h2>
        <span className="ml-auto">
          <Segments label="Range" value={range} onChange={(next) => void setRange(next)} options={ranges.map((each) => ({ value: each, label: each }))} />
        </span>
      </div>
      <ScopeCharts scope={scope} range={range} openedAt={openedAt} sync="node-live" />
    </>
  );
}
