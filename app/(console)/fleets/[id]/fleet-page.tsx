'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useMemo, useState } from 'react';
import type { Fleet } from '../../../../server/fleets/schema.ts';
import { ScopeCharts } from '../../live/scope-charts.tsx';
import { useTRPC } from '../../../_data/trpc.tsx';
import { fleetTrouble } from '../../../_domain/fleet-counts.tsx';
import { ThenControl, useThen } from '../../../_domain/then.tsx';
import { shortDigest } from '../../../_format/names.ts';
import { count, plural } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { useCommands } from '../../../_shell/commands.tsx';
import { Loaded } from '../../../_shell/loaded.tsx';
import { PageFrame } from '../../../_shell/page-frame.tsx';
import { Button, buttonClasses } from '../../../_ui/button.tsx';
import { Facts } from '../../../_ui/facts.tsx';
import { PageHead } from '../../../_ui/page-head.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { Skeleton } from '../../../_ui/skeleton.tsx';
import { Shape } from '../../../_ui/status.tsx';
import { Tabs } from '../../../_ui/tabs.tsx';
import { FleetCells } from './fleet-cells.tsx';
import { FleetNodes } from './fleet-nodes.tsx';
import { FleetSettings } from './fleet-settings.tsx';
import { FleetVersions } from './fleet-versions.tsx';
import { PastFleet } from './past-fleet.tsx';
import { RemoveFleetDialog } from './remove-fleet-dialog.tsx';

const tabNames = ['state', 'live', 'settings'] as const;

export function FleetPage({ id, openedAt }: { id: string; openedAt: number }) {
  const trpc = useTRPC();
  const { at } = useThen();
  const fleet = useQuery(trpc.fleets.get.queryOptions({ id, ...(at === undefined ? {} : { at }) }));
  return (
    <PageFrame crumbs={[{ label: 'Fleets', href: paths.fleets({ then: at }) }, { label: fleet.data?.name ?? 'Fleet' }]}>
      <Loaded query={fleet} what="the fleet" back={{ label: 'All fleets', href: paths.fleets({ then: at }) }} skeleton={<Skeleton className="h-72 w-full rounded-lg" />}>
        {(data) => (at === undefined ? <Content fleet={data} openedAt={openedAt} /> : <PastFleet fleet={data} at={at} />)}
      </Loaded>
    </PageFrame>
  );
}

function Content({ fleet, openedAt }: { fleet: Fleet; openedAt: number }) {
  const [tab, setTab] = useQueryState('tab', parseAsStringLiteral(tabNames).withDefault('state').withOptions({ history: 'push' }));
  const [removing, setRemoving] = useState(false);
  const scope = useMemo(() => ({ kind: 'fleet' as const, id: fleet.id }), [fleet.id]);
  const refusedRemove = fleet.can.remove.allowed ? undefined : (fleet.can.remove.reason ?? 'It cannot be removed now.');
  const refusedDeploy = fleet.can.deploy.allowed ? undefined : (fleet.can.deploy.reason ?? 'Nothing can be deployed to it now.');
  useCommands([{ label: 'Remove the fleet', run: () => setRemoving(true), refused: refusedRemove }]);
  return (
    <>
      <PageHead
        title={fleet.name}
        purpose={
          <>
            <code>{fleet.selector}</code>
            <span>
              made <RelativeTime at={fleet.createdAt} />
            </span>
          </>
        }
        actions={
          <>
            <ThenControl />
            <Button tone="critical" onClick={() => setRemoving(true)} refused={refusedRemove}>
              Remove
            </Button>
            {refusedDeploy === undefined ? (
              <Link href={paths.newDeployment({ fleet: fleet.id })} className={buttonClasses('primary')}>
                Deploy
              </Link>
            ) : (
              <Button tone="primary" refused={refusedDeploy}>
                Deploy
              </Button>
            )}
          </>
        }
      />
      {fleet.overlaps.length > 0 ? <OverlapWarning fleet={fleet} /> : null}
      {fleet.quarantined > 0 ? <QuarantineWarning fleet={fleet} /> : null}
      <Facts
        live
        facts={[
          { label: 'Up to date', value: count(fleet.nodes.synced), unit: `of ${count(fleet.nodes.total)}`, note: fleetTrouble(fleet.nodes) || (fleet.nodes.total > 0 ? 'all of them' : 'no node matches'), link: <Link href={paths.nodes({ fleet: fleet.id })} /> },
          { label: 'Offline', value: count(fleet.nodes.offline), note: fleet.nodes.offline > 0 ? 'they go on at their sites' : 'none', link: <Link href={paths.nodes({ fleet: fleet.id, health: 'Offline' })} /> },
          { label: 'Failed', value: count(fleet.nodes.failed), note: fleet.nodes.failed > 0 ? 'and run what they ran before' : 'none', link: <Link href={paths.nodes({ fleet: fleet.id, sync: 'Failed' })} /> },
          { label: 'Bundle', value: fleet.bundle ? <code className="text-xl!">{shortDigest(fleet.bundle.digest)}</code> : '–', note: fleet.bundle ? `${plural(fleet.bundle.rules, 'rule')}, ${plural(fleet.bundle.models, 'model')}` : 'nothing deployed yet' },
          { label: 'Deployed', value: <span className="text-lg!">{fleet.deployedAt === null ? 'never' : <RelativeTime at={fleet.deployedAt} />}</span>, note: '', link: <Link href={paths.deployments({ fleet: fleet.id })} /> },
        ]}
      />
      <Tabs
        label="Fleet"
        value={tab}
        onChange={(next) => void setTab(next)}
        tabs={[
          {
            value: 'state',
            label: 'State',
            content: (
              <div className="flex flex-col gap-4">
                <FleetCells fleet={fleet} />
                <FleetVersions fleet={fleet} />
                <FleetNodes fleet={fleet} />
              </div>
            ),
          },
          { value: 'live', label: 'Live', content: <ScopeCharts scope={scope} range="1h" openedAt={openedAt} sync="fleet" /> },
          { value: 'settings', label: 'Settings', content: <FleetSettings key={fleet.version} fleet={fleet} /> },
        ]}
      />
      <RemoveFleetDialog fleet={fleet} open={removing} onOpenChange={setRemoving} />
    </>
  );
}

function QuarantineWarning({ fleet }: { fleet: Fleet }) {
  return (
    <div role="status" className="mb-4 flex gap-2.5 rounded-lg border border-line bg-panel px-4 py-3">
      <Shape tone="notice" className="mt-[3px]" />
      <p>
        <b className="font-medium">
          {plural(fleet.quarantined, 'node')} {fleet.quarantined === 1 ? 'is' : 'are'} in quarantine.
        </b>{' '}
        <span className="text-dim">
          Rollouts leave {fleet.quarantined === 1 ? 'it' : 'them'} out until a person lets {fleet.quarantined === 1 ? 'it' : 'them'} back:{' '}
          <Link href={paths.nodes({ fleet: fleet.id, quarantined: true })} className="text-accent hover:underline">
            look at {fleet.quarantined === 1 ? 'it' : 'them'}
          </Link>
          .
        </span>
      </p>
    </div>
  );
}

function OverlapWarning({ fleet }: { fleet: Fleet }) {
  return (
    <div role="status" className="mb-4 flex gap-2.5 rounded-lg border border-line bg-panel px-4 py-3">
      <Shape tone="notice" className="mt-[3px]" />
      <p>
        <b className="font-medium">Another fleet claims some of the same nodes.</b>{' '}
        <span className="text-dim">
          {fleet.overlaps.map((overlap, index) => (
            <span key={overlap.fleet.id}>
              {index > 0 ? '; ' : ''}
              {plural(overlap.nodes, 'node')} also match{overlap.nodes === 1 ? 'es' : ''}{' '}
              <Link href={paths.fleet(overlap.fleet.id)} className="text-accent hover:underline">
                {overlap.fleet.name}
              </Link>
            </span>
          ))}
          . Each keeps the fleet it had and carries the condition MultipleOwners until one of the selectors lets go of it.
        </span>
      </p>
    </div>
  );
}
