'use client';
import Link from 'next/link';
import type { Detection } from '../../../server/detections/schema.ts';
import { count, steady, valuesText } from '../../_format/number.ts';
import { microseconds } from '../../_format/time.ts';
import { paths } from '../../paths.ts';
import type { Column } from '../../_ui/data-table.tsx';
import { Moment } from '../../_ui/moment.tsx';
import { Shape, Status, type Tone } from '../../_ui/status.tsx';

type Severity = Detection['severity'];

export const severityTones: Record<Severity, Tone> = { info: 'info', warning: 'notice', critical: 'critical' };
export const severityWords: Record<Severity, string> = { info: 'Info', warning: 'Warning', critical: 'Critical' };

export const detectionColumns: readonly Column<Detection>[] = [
  {
    id: 'at',
    header: 'When',
    mono: true,
    cell: (row) => <span className="text-dim"><Moment at={row.at} /></span>,
  },
  {
    id: 'title',
    header: 'What',
    fluid: true,
    cell: (row) => (
      <span className="flex items-center gap-3">
        <Link href={paths.detection(row.id)} title={row.title} className="flex min-w-0 items-center gap-2 font-medium hover:underline">
          <Shape tone={severityTones[row.severity]} />
          <span className="sr-only">{severityWords[row.severity]}: </span>
          <span className="truncate">{row.title}</span>
        </Link>
        <span className="min-w-0 flex-1 truncate text-faint tabular-nums max-lg:hidden" title={valuesText(row.data)}>{valuesText(row.data)}</span>
      </span>
    ),
  },
  { id: 'node', header: 'Node', cell: (row) => <Link href={paths.node(row.node.id)} className="hover:underline">{row.node.name}</Link> },
  { id: 'rule', header: 'Rule', from: 'sm', cell: (row) => <Link href={paths.rule(row.rule.name, { version: row.rule.version })} className="hover:underline">{`${row.rule.name} ${row.rule.version}`}</Link> },
  { id: 'model', header: 'Model', from: 'lg', cell: (row) => <span className="text-dim">{row.models.map((model) => `${model.name} ${model.version}`).join(', ') || '–'}</span> },
  { id: 'action', header: 'Action', from: 'md', cell: (row) => <ActionOutcome detection={row} /> },
  { id: 'took', header: 'Took', numeric: true, from: 'sm', cell: (row) => <span className="text-dim">{microseconds(row.latencyUs, steady)}</span> },
];

/** What was done about a detection, the worst outcome first. */
export function ActionOutcome({ detection }: { detection: Pick<Detection, 'actions'> }) {
  const failed = detection.actions.filter((action) => action.outcome === 'failed');
  const waiting = detection.actions.filter((action) => action.outcome === 'buffered');
  if (detection.actions.length === 0) return <span className="text-faint">none</span>;
  if (failed.length > 0) return <Status tone="critical" word={`${count(failed.length)} failed`} detail={failed.map((action) => `${action.sink}: ${action.message ?? 'failed'}`).join('; ')} />;
  if (waiting.length > 0) return <Status tone="notice" word={`${count(waiting.length)} buffered`} detail="The other side was not reachable; it is delivered when it is." />;
  return <Status tone="positive" word="delivered" detail={detection.actions.map((action) => action.sink).join(', ')} />;
}
