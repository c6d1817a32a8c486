import type { AlertItem } from '../../../server/alerts/schema.ts';
import { useNow } from '../../_ui/clock.tsx';
import { Chip } from '../../_ui/chip.tsx';
import { Status, type Tone } from '../../_ui/status.tsx';

const states: Record<AlertItem['state'], { tone: Tone; means: string }> = {
  Open: { tone: 'critical', means: 'Nobody has taken it on.' },
  Acknowledged: { tone: 'notice', means: 'Somebody has taken it on.' },
  Resolved: { tone: 'neutral', means: 'It is over. What happens again opens another.' },
};

/** How an alert stands, and whether it is silent for a while. */
export function AlertState({ alert }: { alert: Pick<AlertItem, 'state' | 'mutedUntil'> }) {
  const now = useNow();
  const { tone, means } = states[alert.state];
  return (
    <span className="inline-flex items-center gap-2">
      <Status tone={tone} word={alert.state} detail={means} />
      {alert.mutedUntil !== null && now !== null && alert.mutedUntil > now && alert.state !== 'Resolved' ? <Chip>muted</Chip> : null}
    </span>
  );
}
