'use client';
import { useQuery } from '@tanstack/react-query';
import type { SigningKey } from '../../../server/bundles/schema.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { Loaded } from '../../_shell/loaded.tsx';
import { Card } from '../../_ui/card.tsx';
import { CopyButton } from '../../_ui/code-block.tsx';
import { DataTable, type Column } from '../../_ui/data-table.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../_ui/skeleton.tsx';
import { Status } from '../../_ui/status.tsx';

const columns: readonly Column<SigningKey>[] = [
  { id: 'key', header: 'Key', mono: true, cell: (key) => key.keyId },
  { id: 'state', header: 'State', cell: (key) => (key.state === 'Active' ? <Status tone="positive" word="Active" detail="Signs what nodes are told to run." /> : <Status tone="neutral" word="Retired" detail="Signs nothing any more; what it signed stays valid on nodes that trust it." />) },
  {
    id: 'public', header: 'Public key', mono: true, from: 'md', cell: (key) => (
      <span className="inline-flex items-center gap-1">
        {key.publicKey}
        <CopyButton text={key.publicKey} label="Copy the public key" />
      </span>
    ),
  },
  { id: 'since', header: 'Made', numeric: true, from: 'sm', cell: (key) => <RelativeTime at={key.createdAt} /> },
];

/** The public half of what signs bundles. The private half is sealed in the state folder and is never shown. */
export function SigningKeys() {
  const trpc = useTRPC();
  const list = useQuery(trpc.settings.signingKeys.list.queryOptions({}));
  return (
    <Card title="Signing keys" subtitle="Ed25519; a node runs nothing that none of them signed">
      <Loaded query={list} what="the signing keys" skeleton={<SkeletonRows rows={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState kind="nothing-yet" title="No signing key yet">
              One is made with the first deployment, and nodes are told of it when they join.
            </EmptyState>
          ) : (
            <DataTable columns={columns} rows={items} rowKey={(key) => key.keyId} label="Signing keys" />
          )
        }
      </Loaded>
    </Card>
  );
}
