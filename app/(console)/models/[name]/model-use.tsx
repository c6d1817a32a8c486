import Link from 'next/link';
import type { ModelDetail } from '../../../../server/models/schema.ts';
import { WhereItRuns } from '../../../_domain/where-it-runs.tsx';
import { paths } from '../../../paths.ts';
import { Card } from '../../../_ui/card.tsx';
import { Details } from '../../../_ui/details.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';

/** Which rules ask this model, and which nodes have it. */
export function ModelUse({ model }: { model: ModelDetail }) {
  return (
    <>
      <Card span={4} title="Asked by">
        {model.usedBy.length === 0 ? (
          <EmptyState kind="nothing-yet" title="No rule asks it">A rule does with <code>#model:predict('{model.name}@champion', …)</code>.</EmptyState>
        ) : (
          <Details numeric bounded rows={model.usedBy.map((use) => ({ name: <Link href={paths.rule(use.rule, { version: use.version })} className="text-ink hover:underline">{use.rule} {use.version}</Link>, value: <code>{use.reference}</code> }))} />
        )}
      </Card>
      <WhereItRuns deployed={model.deployed} />
    </>
  );
}
