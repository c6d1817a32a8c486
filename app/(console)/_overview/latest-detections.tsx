import Link from 'next/link';
import type { Detection } from '../../../server/detections/schema.ts';
import { detectionColumns } from '../detections/detection-columns.tsx';
import { count } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { Card } from '../../_ui/card.tsx';
import { DataTable } from '../../_ui/data-table.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { MomentsOfToday } from '../../_ui/moment.tsx';

export function LatestDetections({ detections, total }: { detections: readonly Detection[]; total: number }) {
  return (
    <Card
      title="Latest detections"
      live
      actions={
        <Link href={paths.detections()} className="hover:text-ink">
          All of 24 hours, {count(total)}
        </Link>
      }
    >
      {detections.length === 0 ? (
        <EmptyState kind="nothing-yet" title="No detection in the last 24 hours">
          A detection appears here as soon as a rule emits one.
        </EmptyState>
      ) : (
        <MomentsOfToday among={detections.map((row) => row.at)}>
          <DataTable columns={detectionColumns} rows={detections} rowKey={(row) => row.id} label="Latest detections" />
        </MomentsOfToday>
      )}
    </Card>
  );
}
