import Link from 'next/link';
import type { RuleDetail } from '../../../../server/rules/schema.ts';
import { WhereItRuns } from '../../../_domain/where-it-runs.tsx';
import { shortDigest } from '../../../_format/names.ts';
import { bytes, plural } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { Card, Grid } from '../../../_ui/card.tsx';
import { DataTable, type Column } from '../../../_ui/data-table.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';

/** Every version that was published, and the fleets whose nodes report one. */
export function RuleVersions({ rule, shown }: { rule: RuleDetail; shown: number | null }) {
  const columns: readonly Column<RuleDetail['versions'][number]>[] = [
    { id: 'version', header: 'Version', cell: (version) => <Link href={paths.rule(rule.name, { version: version.version })} className="font-medium hover:underline">{version.version}</Link> },
    { id: 'note', header: 'What changed', cell: (version) => version.note || <span className="text-faint">–</span> },
    { id: 'published', header: 'Published', from: 'sm', cell: (version) => <><RelativeTime at={version.publishedAt} /> <span className="text-faint">by {version.by}</span></> },
    { id: 'digest', header: 'Digest', mono: true, from: 'md', cell: (version) => shortDigest(version.digest) },
    { id: 'bytes', header: 'Size', numeric: true, from: 'lg', cell: (version) => bytes(version.bytes) },
  ];
  return (
    <div className="mt-4">
      <Grid>
        <Card span={8} title="Versions" subtitle={plural(rule.versionsTotal, 'version')}>
          {rule.versions.length === 0 ? (
            <EmptyState kind="nothing-yet" title="No version yet">Publish the text above to make version 1.</EmptyState>
          ) : (
            <DataTable columns={columns} rows={rule.versions} rowKey={(version) => String(version.version)} label="Versions" shown={shown === null ? null : String(shown)} total={rule.versionsTotal} />
          )}
        </Card>
        <WhereItRuns deployed={rule.deployed} />
      </Grid>
    </div>
  );
}
