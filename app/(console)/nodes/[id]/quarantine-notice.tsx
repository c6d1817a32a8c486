import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { Shape } from '../../../_ui/status.tsx';

/** Says above everything else that rollouts leave the node out; nothing while they do not. */
export function QuarantineNotice({ quarantine }: { quarantine: NodeDetail['quarantine'] }) {
  if (quarantine === null) return null;
  return (
    <div role="status" className="mb-4 flex gap-2.5 rounded-lg border border-line bg-panel px-4 py-3">
      <Shape tone="critical" className="mt-[3px]" />
      <p>
        <b className="font-medium">Rollouts leave it out: it is in quarantine</b>{' '}
        <span className="text-dim">
          since <RelativeTime at={quarantine.since} />
          {quarantine.by === null ? '. ' : `, by ${quarantine.by}: `}
          {quarantine.because}
        </span>
      </p>
    </div>
  );
}
