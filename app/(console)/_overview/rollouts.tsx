import Link from 'next/link';
import type { Overview } from '../../../server/overview/schema.ts';
import { rolloutMeanings, type RolloutState } from '../../_domain/meanings.ts';
import { RolloutStatus } from '../../_domain/state-status.tsx';
import { count } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { Card } from '../../_ui/card.tsx';
import { Proportions } from '../../_ui/progress.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';

/** Rollouts that are under way, with how far each is by what nodes reported. */
export function Rollouts({ rollouts }: { rollouts: Overview['rollouts'] }) {
  return (
    <Card title="Rollouts in progress" live>
      <ul className="divide-y divide-line">
        {rollouts.map((rollout) => {
          const { total, running, failed } = rollout.nodes;
          return (
            <li key={rollout.id} className="grid items-center gap-x-4 gap-y-2 px-4 py-2.5 sm:grid-cols-[minmax(0,1fr)_auto] xl:grid-cols-[minmax(120px,1fr)_120px_minmax(120px,2fr)_220px_130px]">
              <Link href={paths.deployment(rollout.id)} className="truncate font-medium hover:underline">
                {rollout.fleet}
              </Link>
              {isRolloutState(rollout.state) ? <RolloutStatus state={rollout.state} since={rollout.startedAt} /> : <span>{rollout.state}</span>}
              <div className="sm:col-span-2 xl:col-span-1">
                <Proportions
                  label={`Nodes of ${rollout.fleet}`}
                  parts={[
                    { tone: 'positive', count: running, word: 'running it' },
                    { tone: 'critical', count: failed, word: 'failed' },
                    { tone: 'empty', count: Math.max(0, total - running - failed), word: 'to come' },
                  ]}
                />
              </div>
              <span className="whitespace-nowrap text-dim tabular-nums">
                {count(running)} of {count(total)} report it, wave {rollout.wave.index + 1} of {rollout.wave.of}
              </span>
              <span className="text-dim sm:text-right">{rollout.eta === null ? <>began <RelativeTime at={rollout.startedAt} /></> : <>done <RelativeTime at={rollout.eta} /></>}</span>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

function isRolloutState(state: string): state is RolloutState {
  return Object.hasOwn(rolloutMeanings, state);
}
