'use client';
import { skipToken, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { RuleItem } from '../../../server/rules/schema.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { FleetsThatRunIt } from '../../_domain/where-it-runs.tsx';
import { paths } from '../../paths.ts';
import { Loaded } from '../../_shell/loaded.tsx';
import { Details } from '../../_ui/details.tsx';
import { PeekPart } from '../../_ui/peek-panel.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';

/** Where a rule runs, what it reads and asks, and its newest text. */
export function RulePeek({ rule }: { rule: RuleItem }) {
  const trpc = useTRPC();
  const { latest, draft } = rule;
  const version = useQuery(trpc.rules.version.queryOptions(latest === null ? skipToken : { name: rule.name, version: latest.version }));
  return (
    <div className="divide-y divide-line">
      <Details
        rows={[
          { name: 'Version', value: latest === null ? 'never published' : <>{latest.version}, <RelativeTime at={latest.publishedAt} /> by {latest.by}</> },
          ...(draft === null ? [] : [{ name: 'Draft', value: <>saved <RelativeTime at={draft.savedAt} /> by {draft.by}</> }]),
          { name: 'Sources', value: rule.sources.length === 0 ? null : rule.sources.join(', ') },
          { name: 'Models', value: rule.models.length === 0 ? null : rule.models.map((reference) => <Link key={reference} href={paths.model(reference.split('@')[0] ?? reference)} className="mr-2 hover:underline">{reference}</Link>) },
        ]}
      />
      <PeekPart title="Where it runs, as nodes report it">
        <FleetsThatRunIt deployed={rule.deployed} />
      </PeekPart>
      {latest === null ? null : (
        <PeekPart title={`Version ${latest.version}`}>
          <Loaded query={version} what="its text" skeleton={<SkeletonRows rows={8} columns={1} />}>
            {({ text }) => (
              <pre tabIndex={0} aria-label={`Text of version ${latest.version}`} className="overflow-x-auto px-4 pb-4 text-sm">
                {text}
              </pre>
            )}
          </Loaded>
        </PeekPart>
      )}
    </div>
  );
}
