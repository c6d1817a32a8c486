'use client';
import { useRef } from 'react';
import type { LookDetail } from '../../../../server/deployments/schema.ts';
import { ChangeStrip } from '../../../_charts/draw/change-strip.tsx';
import { prepareChangeStrip } from '../../../_charts/prepare/change-strip.ts';
import { useWidth } from '../../../_ui/use-width.ts';

/** How each node of a wave changed beside those that stay behind: a dot a node, by how many times as much it does as before. */
export function ChangesBesideControl({ changes, bound, label }: { changes: LookDetail['changes'][number]; bound: number; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const room = useWidth(box);
  const row = (name: string, nodes: { node: string; times: number }[]) => ({ label: `${name} (${nodes.length})`, values: nodes.map(({ node, times }) => ({ name: node, value: times })) });
  return (
    <div ref={box}>
      {room === 0 || changes === null || changes.wave.length + changes.control.length === 0 ? null : <ChangeStrip prepared={prepareChangeStrip([row('Wave', changes.wave), row('Control', changes.control)], bound, room)} label={`How nodes changed: ${label}`} />}
    </div>
  );
}
