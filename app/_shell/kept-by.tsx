'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { DocumentKind } from '../../server/documents/schema.ts';
import { useTRPC } from '../_data/trpc.tsx';
import { paths } from '../paths.ts';
import { Shape } from '../_ui/status.tsx';

/** Where something is edited: that a repository says how it is to be, and what becomes of what is changed here. Nothing where none does. */
export function KeptBy({ kind, name }: { kind: DocumentKind; name: string }) {
  const trpc = useTRPC();
  const owner = useQuery(trpc.repositories.owner.queryOptions({ kind, name })).data;
  if (owner === undefined || owner === null) return null;
  const { repository, commit } = owner;
  return (
    <div role="note" className="mb-4 flex gap-2.5 rounded-lg border border-line bg-panel px-4 py-3">
      <Shape tone="neutral" className="mt-[3px]" />
      <p>
        <b className="font-medium">
          The repository{' '}
          <Link href={paths.repository(repository.id)} className="text-accent hover:underline">
            {repository.name}
          </Link>{' '}
          says how this is to be.
        </b>{' '}
        <span className="text-dim">
          {repository.selfHeal ? 'What is changed here is put back by itself. Change the document.' : 'What is changed here counts as drift, and the next sync puts it back. Change the document.'} It was last applied at <code>{commit.slice(0, 12)}</code>.
        </span>
      </p>
    </div>
  );
}
