import type { LookDetail } from '../../../../server/deployments/schema.ts';
import { ChangeStrip } from '../../../_charts/draw/change-strip.tsx';
import { prepareChangeStrip } from '../../../_charts/prepare/change-strip.ts';

/** How each node of a wave changed beside those that stay behind: a dot a node, by how many times as much it does as before. */
export function ChangesBesideControl({ changes, bound, label }: { changes: LookDetail['changes'][number]; bound: number; label: string }) {
  if (changes === null || changes.wave.length + changes.control.length === 0) return null;
  const row = (name: string, nodes: { node: string; times: number }[]) => ({ label: name, values: nodes.map(({ node, times }) => ({ name: node, value: times })) });
  return <ChangeStrip prepared={prepareChangeStrip([row(`Wave (${changes.wave.length})`, changes.wave), row(`Control (${changes.control.length})`, changes.control)], bound)} label={`How nodes changed: ${label}`} />;
}
