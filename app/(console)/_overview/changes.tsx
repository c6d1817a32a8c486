import Link from 'next/link';
import type { Overview } from '../../../server/overview/schema.ts';
import { wordsOf } from '../../_domain/change-words.ts';
import { count } from '../../_format/number.ts';
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
            <li key={`${change.at} ${change.action} ${change.object.id}`} className="grid min-h-9 grid-cols-[96px_1fr] items-center gap-x-3 px-4 py-1.5">
              <span className="text-dim">
                <RelativeTime at={change.at} />
              </span>
              <Sentence change={change} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** "Mira Kovač paused the deployment to pump-loop"; what was changed leads to its entries in the audit. */
export function Sentence({ change }: { change: Overview['changes24h'][number] }) {
  const { verb, name } = wordsOf(change);
  return (
    <span className="min-w-0 break-words">
      <span className="text-dim">
        {change.actor} {verb}
      </span>{' '}
      <Link href={paths.audit({ object: change.object.id, action: change.action })} className="font-medium hover:underline">
        {name}
      </Link>
      {change.more === 0 ? null : <span className="text-dim"> and {count(change.more)} more</span>}
      {change.state === null || change.action !== 'deployment.state' ? null : <span className="text-dim">: {change.state}</span>}
    </span>
  );
}
