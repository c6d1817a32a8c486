'use client';
import { useSubscription } from '@trpc/tanstack-react-query';
import { skipToken } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { addRows, type TailRow } from '../_charts/prepare/tail.ts';
import { useTRPC } from './trpc.tsx';
import { useVisible } from './visible.ts';

export interface Tail {
  status: 'idle' | 'connecting' | 'pending' | 'error';
  attributes: readonly string[];
  rows: readonly TailRow[];
  /** Events that the node left out to stay within its budget. */
  skipped: number;
  error: unknown;
}

const nothing = { attributes: [], rows: [], skipped: 0 } as const;

/** The events of one stream of one node as they happen, for as long as the caller is on the screen; `onBatch` hears each batch once, whole. */
export function useTail(node: string, stream: string | null, onBatch?: (batch: Pick<Tail, 'attributes' | 'rows'>) => void): Tail {
  const trpc = useTRPC();
  const visible = useVisible();
  const [seen, setSeen] = useState<Pick<Tail, 'attributes' | 'rows' | 'skipped'>>(nothing);
  useEffect(() => setSeen(nothing), [node, stream]);
  const subscription = useSubscription(
    trpc.live.tail.subscriptionOptions(stream === null || !visible ? skipToken : { node, stream, rowsPerSecondMax: 200 }, {
      onData: (batch) => {
        setSeen((before) => ({ attributes: batch.attributes, rows: addRows(before.rows, batch.rows), skipped: before.skipped + batch.skipped }));
        onBatch?.(batch);
      },
    }),
  );
  return { status: subscription.status, error: subscription.error, ...seen };
}
