'use client';
import type { AuditEntry } from '../../../server/audit/schema.ts';
import { wordsOf } from '../../_domain/change-words.ts';
import type { Column } from '../../_ui/data-table.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { Status } from '../../_ui/status.tsx';

const actorKinds: Record<AuditEntry['actor']['kind'], string> = { user: '', token: 'API token', repository: 'repository', node: 'node', system: '' };

export function Actor({ actor }: { actor: AuditEntry['actor'] }) {
  return (
    <>
      {actor.name}
      {actorKinds[actor.kind] === '' ? null : <span className="ml-1.5 text-faint">{actorKinds[actor.kind]}</span>}
    </>
  );
}

export function Outcome({ entry }: { entry: AuditEntry }) {
  return entry.outcome === 'done' ? <Status tone="positive" word="Done" /> : <Status tone="notice" word="Refused" detail={entry.reason ?? undefined} />;
}

export function auditColumns(open: (entry: AuditEntry) => void): readonly Column<AuditEntry>[] {
  return [
    { id: 'at', header: 'When', cell: (entry) => <RelativeTime at={entry.at} /> },
    { id: 'actor', header: 'Who', from: 'sm', cell: (entry) => <Actor actor={entry.actor} /> },
    {
      id: 'did', header: 'Did', fluid: true, cell: (entry) => (
        <button type="button" data-opens="" onClick={() => open(entry)} className="max-w-full truncate rounded-xs hover:underline">
          <span className="sm:hidden">{entry.actor.name} </span>
          <Did entry={entry} />
        </button>
      ),
    },
    { id: 'outcome', header: 'Outcome', from: 'sm', cell: (entry) => <Outcome entry={entry} /> },
    { id: 'sequence', header: 'Entry', numeric: true, from: 'md', cell: (entry) => <span className="text-dim">{entry.sequence.toLocaleString('en')}</span> },
  ];
}

/** "published the rule valve-watch"; of what was refused, that it was tried. */
export function Did({ entry }: { entry: AuditEntry }) {
  const { verb, name } = wordsOf(entry);
  return (
    <>
      <span className="text-dim">{verb}</span> {name === '' ? null : <span className="font-medium">{name}</span>}
    </>
  );
}

export function ObjectName({ object }: { object: AuditEntry['object'] }) {
  return (
    <>
      {object.name === '' ? null : `${object.name} `}
      <span className="text-faint">{object.kind}</span>
    </>
  );
}
