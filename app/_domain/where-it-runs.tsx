import Link from 'next/link';
import { plural } from '../_format/number.ts';
import { paths } from '../paths.ts';
import { Card } from '../_ui/card.tsx';
import { Details } from '../_ui/details.tsx';
import { EmptyState } from '../_ui/empty-state.tsx';

type Deployed = readonly { fleet: { id: string; name: string }; version: number; nodes: number }[];

/** The fleets whose nodes report a version of a rule or a model, and how many do. */
export function WhereItRuns({ deployed }: { deployed: Deployed }) {
  return (
    <Card span={4} title="Where it runs" subtitle="as nodes report it" live>
      <FleetsThatRunIt deployed={deployed} />
    </Card>
  );
}

/** The same without a card around it. */
export function FleetsThatRunIt({ deployed }: { deployed: Deployed }) {
  if (deployed.length === 0) {
    return (
      <EmptyState kind="nothing-yet" title="Nowhere">
        No node reports any version of it.
      </EmptyState>
    );
  }
  return (
    <Details
      numeric
      bounded
      rows={deployed.map(({ fleet, version, nodes }) => ({
        name: (
          <Link href={paths.fleet(fleet.id)} className="text-ink hover:underline">
            {fleet.name}
          </Link>
        ),
        value: `version ${version} on ${plural(nodes, 'node')}`,
      }))}
    />
  );
}
