'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { FleetItem } from '../../../server/fleets/schema.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { FleetCounts, fleetTrouble } from '../../_domain/fleet-counts.tsx';
import { shortDigest } from '../../_format/names.ts';
import { count, plural } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { Loaded } from '../../_shell/loaded.tsx';
import { Details } from '../../_ui/details.tsx';
import { PeekPart } from '../../_ui/peek-panel.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';

/** How a fleet's nodes stand, what is in the way of some, and which versions they report. */
export function FleetPeek({ fleet, at }: { fleet: FleetItem; at: number | undefined }) {
  const trpc = useTRPC();
  const detail = useQuery(trpc.fleets.get.queryOptions({ id: fleet.id, ...(at === undefined ? {} : { at }) }));
  const { nodes } = fleet;
  const trouble = fleetTrouble(nodes);
  return (
    <div className="divide-y divide-line">
      <Details
        rows={[
          { name: 'Selector', value: <code className="break-all">{fleet.selector}</code> },
          {
            name: 'Up to date',
            value:
              nodes.total === 0 ? 'no node' : (
                <span className="flex flex-col gap-1.5">
                  {count(nodes.synced)} of {plural(nodes.total, 'node')}
                  <FleetCounts nodes={nodes} name={fleet.name} />
                  {trouble === '' ? null : <span className="text-dim">{trouble}</span>}
                </span>
              ),
          },
          ...(fleet.quarantined === 0 ? [] : [{ name: 'In quarantine', value: plural(fleet.quarantined, 'node') }]),
          ...fleet.overlaps.map((overlap) => ({ name: 'Overlap', value: <>{plural(overlap.nodes, 'node')} also match <Link href={paths.fleet(overlap.fleet.id, at)} className="hover:underline">{overlap.fleet.name}</Link></> })),
          { name: 'Bundle', value: fleet.bundle === null ? 'none' : <>{plural(fleet.bundle.rules, 'rule')}, {plural(fleet.bundle.models, 'model')} <code className="text-faint">{shortDigest(fleet.bundle.digest)}</code></> },
        ]}
      />
      <Loaded query={detail} what="the fleet" skeleton={<SkeletonRows rows={4} columns={2} />}>
        {({ rules, models }) => (
          <PeekPart title="In use, by what nodes report">
            {rules.length + models.length === 0 ? (
              <p className="px-4 pb-3 text-dim">No rule and no model.</p>
            ) : (
              <Details
                numeric
                rows={[
                  ...rules.map((rule) => ({ name: <Link href={paths.rule(rule.name, { version: rule.version })} className="text-ink hover:underline">Rule {rule.name} {rule.version}</Link>, value: plural(rule.nodes, 'node') })),
                  ...models.map((model) => ({ name: <Link href={paths.model(model.name, { version: model.version })} className="text-ink hover:underline">Model {model.name} {model.version}</Link>, value: plural(model.nodes, 'node') })),
                ]}
              />
            )}
          </PeekPart>
        )}
      </Loaded>
    </div>
  );
}
