import Link from 'next/link';
import type { Need } from '../../../server/overview/schema.ts';
import { count } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { Card } from '../../_ui/card.tsx';
import { Shape } from '../../_ui/status.tsx';

const verbs: Record<Need['kind'], string> = { enrollment: 'Compare keys', rolloutPaused: 'Why', nodeFailed: 'Why', nodesQuarantined: 'Look', multipleOwners: 'Resolve', repository: 'Look', alert: 'Look', signatures: 'Sign' };

/** What waits for a person, and the way to it. */
export function Needs({ needs }: { needs: readonly Need[] }) {
  return (
    <Card title="Needs you" span={4} firstOnNarrow actions={needs.length > 0 ? <span className="tabular-nums">{count(needs.length)}</span> : undefined}>
      {needs.length === 0 ? (
        <p className="flex h-full min-h-40 items-center justify-center gap-2 px-4 text-dim">
          <Shape tone="positive" />
          Nothing waits for a person.
        </p>
      ) : (
        <ul className="max-h-[262px] divide-y divide-line overflow-y-auto">
          {needs.map((need) => (
            <li key={`${need.kind} ${need.title}`} className="grid grid-cols-[18px_1fr_auto] gap-x-2.5 gap-y-0.5 px-4 py-2.5">
              <Shape tone={need.tone} className="mt-[3px]" />
              <span className="font-medium">{need.title}</span>
              <Link href={hrefOf(need)} className="whitespace-nowrap text-accent hover:underline">
                {verbs[need.kind]}
                <span className="sr-only">: {need.title}</span>
              </Link>
              <p className="col-start-2 col-end-4 text-dim">{need.detail}</p>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function hrefOf({ target }: Need): string {
  switch (target.kind) {
    case 'enrollment':
      return paths.enrolment();
    case 'deployment':
      return paths.deployment(target.id);
    case 'node':
      return paths.node(target.id);
    case 'nodes':
      return paths.nodes(target.filter);
    case 'fleet':
      return paths.fleet(target.id);
    case 'repository':
      return paths.repository(target.id);
    case 'alert':
      return paths.alerts({ alert: target.id });
    case 'settings':
      return paths.settings('keys');
  }
}
