'use client';
import Link from 'next/link';
import type { RepositoryChange, RepositoryDetail } from '../../../../server/repositories/schema.ts';
import { plural } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { Card } from '../../../_ui/card.tsx';
import { DiffLines } from '../../../_ui/diff-lines.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { Status, type Tone } from '../../../_ui/status.tsx';

export const actionWords: Record<RepositoryChange['action'], { tone: Tone; word: string; means: string }> = {
  create: { tone: 'notice', word: 'New', means: 'It is not here yet.' },
  change: { tone: 'notice', word: 'Changes', means: 'It is here, and other than the document says.' },
  same: { tone: 'positive', word: 'Same', means: 'It is as the document says.' },
  prune: { tone: 'notice', word: 'Goes', means: 'The repository made it, and its document is gone.' },
  release: { tone: 'neutral', word: 'Let go', means: 'Its document is gone; it stays, and the repository says no more how it is to be.' },
};
const drifted = { tone: 'notice', word: 'Drifted', means: 'It was applied, and somebody changed it here since.' } as const;

/** All that the documents and what is here differ in, before anything is applied; and what is the same. */
export function Differences({ repository }: { repository: RepositoryDetail }) {
  const { changes, comparedAt } = repository;
  const differing = changes.filter(({ action }) => action !== 'same');
  const same = changes.filter(({ action }) => action === 'same');
  if (changes.length === 0) {
    return (
      <Card>
        <EmptyState kind="nothing-yet" title={repository.status === 'Failed' ? 'Nothing could be compared' : 'Nothing was compared yet'}>
          {repository.status === 'Failed' ? 'What is at fault stands above. Nothing was applied.' : 'The branch is being read.'}
        </EmptyState>
      </Card>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      {differing.length === 0 ? (
        <Card live>
          <EmptyState kind="nothing-yet" title="Nothing differs">
            All is as the documents say{comparedAt === null ? '' : <>; compared <RelativeTime at={comparedAt} /></>}.
          </EmptyState>
        </Card>
      ) : (
        differing.map((change) => <Difference key={`${change.kind} ${change.name}`} change={change} />)
      )}
      {same.length === 0 ? null : (
        <Card title="As they say" subtitle={plural(same.length, 'thing')} live>
          <ul className="flex flex-wrap gap-x-6 gap-y-1 px-4 py-3">
            {same.map((change) => (
              <li key={`${change.kind} ${change.name}`}>
                <span className="text-faint">{change.kind}</span> <ThingLink kind={change.kind} name={change.name} />
              </li>
            ))}
          </ul>
        </Card>
      )}
    </div>
  );
}

function Difference({ change }: { change: RepositoryChange }) {
  const { kind, name, action, lines, blocked, held, drift, place } = change;
  const { tone, word, means } = drift ? drifted : actionWords[action];
  return (
    <Card title={<>{kind} <ThingLink kind={kind} name={name} /></>} subtitle={place === null ? undefined : `${place.file}:${place.line}`} actions={<Status tone={blocked === null ? tone : 'critical'} word={blocked === null ? word : 'Blocked'} detail={blocked ?? means} />} live>
      {blocked === null ? null : <p className="px-4 py-2.5 break-words text-critical">{blocked}</p>}
      {held === null ? null : <p className="px-4 py-2.5 text-dim">It waits: {held}</p>}
      {lines.length === 0 ? null : <DiffLines lines={lines} label={`What differs in ${kind} ${name}`} />}
    </Card>
  );
}

function ThingLink({ kind, name }: Pick<RepositoryChange, 'kind' | 'name'>) {
  const href = kind === 'Rule' ? paths.rule(name) : kind === 'Model' ? paths.model(name) : paths.fleets({ query: name });
  return (
    <Link href={href} className="hover:underline">
      {name}
    </Link>
  );
}
