import Link from 'next/link';
import type { DiffEntry, NodeDetail } from '../../../../server/nodes/schema.ts';
import { count } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { Card } from '../../../_ui/card.tsx';
import { DiffTable } from '../../../_ui/diff-table.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';

/** What it should run against what it says it does, part by part. */
export function DesiredCard({ node, live = true }: { node: NodeDetail; live?: boolean }) {
  return (
    <Card title="Desired against reported" subtitle={`generation ${count(node.generation.observed)} reported, ${count(node.generation.desired)} desired`} live={live}>
      {node.diff.length === 0 ? (
        <EmptyState kind="nothing-yet" title={live ? 'Nothing is desired of it yet' : 'Nothing was desired of it'}>
          {!live ? 'Nothing had been deployed to it by then.' : node.fleet ? 'Deploy rules to its fleet, and they show here against what it reports.' : 'It belongs to no fleet.'}
        </EmptyState>
      ) : (
        <DiffTable label="Desired against reported" before="Reported" after="Desired" rows={node.diff.map((entry) => ({ part: partOf(entry), before: entry.reported, after: entry.desired, change: entry.change === 'same' ? undefined : changeWords[entry.change] }))} />
      )}
    </Card>
  );
}

const changeWords: Record<Exclude<DiffEntry['change'], 'same'>, string> = { added: 'to be added', removed: 'to be removed', changed: 'to be replaced' };

function partOf(entry: DiffEntry) {
  if (entry.kind === 'settings') return 'Settings';
  const href = entry.kind === 'rule' ? paths.rule(entry.part) : paths.model(entry.part);
  return (
    <Link href={href} className="hover:underline">
      {entry.kind === 'rule' ? 'Rule' : 'Model'} {entry.part}
    </Link>
  );
}
