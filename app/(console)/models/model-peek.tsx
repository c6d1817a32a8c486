'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ModelItem } from '../../../server/models/schema.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { FleetsThatRunIt } from '../../_domain/where-it-runs.tsx';
import { bytes } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { Loaded } from '../../_shell/loaded.tsx';
import { Details } from '../../_ui/details.tsx';
import { PeekPart } from '../../_ui/peek-panel.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { SignatureTable } from './signature-table.tsx';

/** Where a model runs, which rules ask it, and what its newest version takes and answers. */
export function ModelPeek({ model }: { model: ModelItem }) {
  const trpc = useTRPC();
  const detail = useQuery(trpc.models.get.queryOptions({ name: model.name }));
  const { latest, aliases } = model;
  return (
    <div className="divide-y divide-line">
      <Details
        rows={[
          { name: 'Newest', value: <>version {latest.version}, {bytes(latest.bytes)}</> },
          { name: 'Published', value: <><RelativeTime at={latest.publishedAt} /> by {latest.by}</> },
          { name: 'Aliases', value: aliases.length === 0 ? null : aliases.map(({ name, version }) => `${name} is ${version}`).join(', ') },
        ]}
      />
      <PeekPart title="Where it runs, as nodes report it">
        <FleetsThatRunIt deployed={model.deployed} />
      </PeekPart>
      <Loaded query={detail} what="the model" skeleton={<SkeletonRows rows={6} columns={2} />}>
        {({ usedBy, versions: [newest] }) => (
          <>
            {usedBy.length === 0 ? null : (
              <PeekPart title="Asked by">
                <Details numeric rows={usedBy.map((use) => ({ name: <Link href={paths.rule(use.rule, { version: use.version })} className="text-ink hover:underline">{use.rule} {use.version}</Link>, value: <code>{use.reference}</code> }))} />
              </PeekPart>
            )}
            {newest === undefined ? null : (
              <PeekPart title={`What version ${newest.version} takes and adds`}>
                <SignatureTable call={newest.call} />
              </PeekPart>
            )}
          </>
        )}
      </Loaded>
    </div>
  );
}
