'use client';
import type { Fleet } from '../../../../server/fleets/schema.ts';
import { fleetTrouble } from '../../../_domain/fleet-counts.tsx';
import { ThenControl, ThenNotice } from '../../../_domain/then.tsx';
import { shortDigest } from '../../../_format/names.ts';
import { count, plural } from '../../../_format/number.ts';
import { Facts } from '../../../_ui/facts.tsx';
import { AbsoluteTime } from '../../../_ui/moment.tsx';
import { PageHead } from '../../../_ui/page-head.tsx';
import { FleetCells } from './fleet-cells.tsx';
import { FleetNodes } from './fleet-nodes.tsx';
import { FleetVersions } from './fleet-versions.tsx';

/** The fleet as it stood at a moment. Nothing can be done to it here. */
export function PastFleet({ fleet, at }: { fleet: Fleet; at: number }) {
  const { nodes, bundle } = fleet;
  return (
    <>
      <ThenNotice />
      <PageHead title={fleet.name} purpose={<code>{fleet.selector}</code>} actions={<ThenControl />} />
      <Facts
        facts={[
          { label: 'Up to date', value: count(nodes.synced), unit: `of ${count(nodes.total)}`, note: fleetTrouble(nodes) || (nodes.total > 0 ? 'all of them' : 'no node matched') },
          { label: 'Offline', value: count(nodes.offline), note: '' },
          { label: 'Failed', value: count(nodes.failed), note: '' },
          { label: 'In quarantine', value: count(fleet.quarantined), note: '' },
          { label: 'Bundle', value: bundle ? <code className="text-xl!">{shortDigest(bundle.digest)}</code> : '–', note: bundle ? `${plural(bundle.rules, 'rule')}, ${plural(bundle.models, 'model')}` : 'nothing was deployed' },
          { label: 'Deployed', value: <span className="text-base!">{fleet.deployedAt === null ? 'never' : <AbsoluteTime at={fleet.deployedAt} />}</span>, note: '' },
        ]}
      />
      <div className="flex flex-col gap-4">
        <FleetCells fleet={fleet} at={at} />
        <FleetVersions fleet={fleet} live={false} />
        <FleetNodes fleet={fleet} at={at} />
      </div>
    </>
  );
}
