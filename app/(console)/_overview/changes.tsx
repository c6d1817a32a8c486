import Link from 'next/link';
import type { Overview } from '../../../server/overview/schema.ts';
import { inSentenceCase, shortDigest } from '../../_format/names.ts';
import { paths } from '../../paths.ts';
import { Card } from '../../_ui/card.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';

/** Who changed what within a day; the audit has all of it. */
export function Changes({ changes }: { changes: Overview['changes24h'] }) {
  return (
    <Card
      title="Changed in 24 hours"
      actions={
        <Link href={paths.audit()} className="hover:text-ink">
          Audit
        </Link>
      }
    >
      {changes.length === 0 ? (
        <p className="px-4 py-6 text-center text-dim">Nothing was changed.</p>
      ) : (
        <ul className="divide-y divide-line">
          {changes.map((change) => (
            <li key={`${change.at} ${change.action} ${change.object.id}`} className="flex min-h-9 flex-wrap items-center gap-x-3 px-4 py-1.5">
              <span className="w-24 shrink-0 text-dim">
                <RelativeTime at={change.at} />
              </span>
              <Link href={paths.audit({ object: change.object.id, action: change.action })} className="max-w-72 truncate font-medium hover:underline">
                {change.object.name === change.object.id ? `${inSentenceCase(change.object.kind)} ${shortDigest(change.object.id)}` : change.object.name}
              </Link>
              <code className="text-dim">{change.action}</code>
              <span className="ml-auto text-dim">{change.actor}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
