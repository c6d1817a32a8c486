import Link from 'next/link';
import type { ModelDetail } from '../../../../server/models/schema.ts';
import { plural } from '../../../_format/number.ts';
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
          <Details rows={model.usedBy.map((use) => ({ name: <Link href={paths.rule(use.rule, { version: use.version })} className="text-ink hover:underline">{use.rule} {use.version}</Link>, value: <code>{use.reference}</code> }))} />
        )}
      </Card>
      <Card span={4} title="Where it runs" subtitle="as nodes report it" live>
        {model.deployed.length === 0 ? (
          <EmptyState kind="nothing-yet" title="Nowhere">No node reports any version of it.</EmptyState>
        ) : (
          <Details
            numeric
            rows={model.deployed.map((deployed) => ({
              name: <Link href={paths.fleet(deployed.fleet.id)} className="text-ink hover:underline">{deployed.fleet.name}</Link>,
              value: `version ${deployed.version} on ${plural(deployed.nodes, 'node')}`,
            }))}
          />
        )}
      </Card>
    </>
  );
}
