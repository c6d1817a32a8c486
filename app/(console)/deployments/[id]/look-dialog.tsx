'use client';
import { useQuery } from '@tanstack/react-query';
import type { LookDetail } from '../../../../server/deployments/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { plural, significant } from '../../../_format/number.ts';
import { absolute } from '../../../_format/time.ts';
import { Loaded } from '../../../_shell/loaded.tsx';
import { Dialog } from '../../../_ui/dialog.tsx';
import { SkeletonRows } from '../../../_ui/skeleton.tsx';
import { Cell, HeadCell, Table } from '../../../_ui/table.tsx';
import { ChangesBesideControl } from './change-strips.tsx';
import { Shifts } from './shifts.tsx';

/** One look with everything it judged by: how each node changed, and that the verdict can be reached from it again. */
export function LookDialog({ deployment, wave, look, close }: { deployment: string; wave: number; look: number; close: () => void }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.deployments.look.queryOptions({ id: deployment, wave, look }));
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : close())} wide title={`Wave ${wave + 1}, look ${look}`} description={query.data === undefined ? undefined : spans(query.data)}>
      <Loaded query={query} what="this look" skeleton={<SkeletonRows rows={6} columns={3} />}>
        {(detail) => (
          <>
            {detail.verdicts.map((verdict, index) => (
              <section key={`${verdict.gate.metric} ${verdict.gate.compare}`} className="mb-4">
                <p className="mb-1">{verdict.message}</p>
                <ChangesBesideControl changes={detail.changes[index] ?? null} bound={verdict.gate.bound} label={verdict.message} />
              </section>
            ))}
            <p className="mb-3 text-dim">{detail.replayed ? 'Judged again just now from this evidence: the same verdicts.' : 'Judged again just now from this evidence, the verdicts differ: it is not as it was kept, or is judged by a later version.'}</p>
            <Figures evidence={detail.evidence} />
            <Shifts evidence={detail.evidence} />
          </>
        )}
      </Loaded>
    </Dialog>
  );
}

function spans({ evidence }: LookDetail): string {
  return `Before: ${absolute(evidence.before.from)} to ${absolute(evidence.before.to)}. Since: ${absolute(evidence.after.from)} to ${absolute(evidence.after.to)}.`;
}

function Figures({ evidence }: { evidence: LookDetail['evidence'] }) {
  const rows = [...evidence.wave.map((node) => ({ ...node, cohort: 'wave' })), ...evidence.control.map((node) => ({ ...node, cohort: 'stays behind' }))];
  const perHour = (figures: { hours: number } | null, value: number | undefined): string => (figures === null || value === undefined || figures.hours === 0 ? '–' : significant(value / figures.hours));
  return (
    <details>
      <summary className="text-accent">Figures of {plural(rows.length, 'node')}</summary>
      <Table label="Figures of the look">
        <thead>
          <tr>
            <HeadCell>Node</HeadCell>
            <HeadCell>Cohort</HeadCell>
            <HeadCell numeric>Events/h before</HeadCell>
            <HeadCell numeric>since</HeadCell>
            <HeadCell numeric>Detections/h before</HeadCell>
            <HeadCell numeric>since</HeadCell>
            <HeadCell numeric>Errors since</HeadCell>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ node, cohort, before, after }) => (
            <tr key={node}>
              <Cell>{node}</Cell>
              <Cell>{cohort}</Cell>
              <Cell numeric>{perHour(before, before?.events)}</Cell>
              <Cell numeric>{perHour(after, after?.events)}</Cell>
              <Cell numeric>{perHour(before, before?.detections)}</Cell>
              <Cell numeric>{perHour(after, after?.detections)}</Cell>
              <Cell numeric>{after === null ? '–' : significant(after.errors)}</Cell>
            </tr>
          ))}
        </tbody>
      </Table>
    </details>
  );
}
