import type { ReactNode } from 'react';
import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { Shape } from '../../../_ui/status.tsx';

/** Says above everything else what people decided about changes to the node: its key is refused, rollouts leave it out, or it is held at its site. */
export function StandingNotices({ node: { quarantine, hold, key } }: { node: NodeDetail }) {
  return (
    <>
      {key.revokedAt === null ? null : (
        <Notice tone="critical" title="It has to enrol again">
          its key is refused since <RelativeTime at={key.revokedAt} />. It comes back with the token that was made for it.
        </Notice>
      )}
      {quarantine === null ? null : (
        <Notice tone="critical" title="Rollouts leave it out: it is in quarantine">
          since <RelativeTime at={quarantine.since} />
          {quarantine.by === null ? '. ' : `, by ${quarantine.by}: `}
          {quarantine.because}
        </Notice>
      )}
      {hold === null ? null : (
        <Notice tone="notice" title="It is held at its site">
          until <RelativeTime at={hold.until} />: {hold.reason}. It goes on with what it runs, and takes on nothing new.
        </Notice>
      )}
    </>
  );
}

function Notice({ tone, title, children }: { tone: 'critical' | 'notice'; title: string; children: ReactNode }) {
  return (
    <div role="status" className="mb-4 flex gap-2.5 rounded-lg border border-line bg-panel px-4 py-3">
      <Shape tone={tone} className="mt-[3px]" />
      <p>
        <b className="font-medium">{title}</b> <span className="text-dim">{children}</span>
      </p>
    </div>
  );
}
