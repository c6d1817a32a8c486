'use client';
import type { AuditEntry } from '../../../server/audit/schema.ts';
import { CopyButton } from '../../_ui/code-block.tsx';
import { Details } from '../../_ui/details.tsx';
import { Dialog } from '../../_ui/dialog.tsx';
import { DiffTable } from '../../_ui/diff-table.tsx';
import { AbsoluteTime } from '../../_ui/moment.tsx';
import { Actor, Did, ObjectName, Outcome } from './audit-columns.tsx';
import { differences } from './differences.ts';

/** One entry whole: what it says, what it changed, and its place in the chain. */
export function EntryDialog({ entry, close }: { entry: AuditEntry | null; close: () => void }) {
  if (entry === null) return null;
  const changes = differences(entry.before, entry.after);
  return (
    <Dialog open wide onOpenChange={(open) => (open ? undefined : close())} title={<>{entry.actor.name} <Did entry={entry} /></>} description={`Entry ${entry.sequence.toLocaleString('en')}`}>
      <div className="flex flex-col gap-4">
        <div className="rounded-lg border border-line">
          <Details
            rows={[
              { name: 'When', value: <AbsoluteTime at={entry.at} /> },
              { name: 'Who', value: <Actor actor={entry.actor} /> },
              { name: 'Action', value: <code>{entry.action}</code> },
              { name: 'To', value: <ObjectName object={entry.object} /> },
              { name: 'Outcome', value: <Outcome entry={entry} /> },
              ...(entry.reason === null ? [] : [{ name: 'Reason', value: entry.reason }]),
              { name: 'Request', value: <Mono text={entry.requestId} label="Copy the request's identity" /> },
              { name: 'Hash', value: <Mono text={entry.hash} label="Copy the hash" /> },
            ]}
          />
        </div>
        {changes.length > 0 ? (
          <div className="rounded-lg border border-line">
            <DiffTable label="What changed" before="Before" after="After" rows={changes} />
          </div>
        ) : null}
      </div>
    </Dialog>
  );
}

function Mono({ text, label }: { text: string; label: string }) {
  return (
    <span className="flex items-center gap-1.5">
      <code className="min-w-0 break-all">{text}</code>
      <CopyButton text={text} label={label} />
    </span>
  );
}
