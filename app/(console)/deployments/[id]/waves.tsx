'use client';
import type { DeploymentDetail, RolloutPolicy, WaveView } from '../../../../server/deployments/schema.ts';
import { duration } from '../../../_format/time.ts';
import { count, plural } from '../../../_format/number.ts';
import { useNow } from '../../../_ui/clock.tsx';
import { Progress, Proportions } from '../../../_ui/progress.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { waveParts } from '../wave-parts.ts';
import { Gates } from './gates.tsx';

/** Each wave a bar of its nodes by what they report, with what it waits for and what gates found. */
export function Waves({ deployment, waves, policy }: { deployment: string; waves: DeploymentDetail['waves']; policy: RolloutPolicy }) {
  return (
    <ol>
      {waves.map((wave) => (
        <li key={wave.index} className="grid items-center gap-x-4 gap-y-1.5 border-b border-line px-4 py-3 last:border-b-0 sm:grid-cols-[150px_1fr_190px]">
          <span>
            <span className="font-medium">
              {wave.index + 1} {waves.length > 1 && wave.index === 0 ? 'Canary' : wave.index === waves.length - 1 && waves.length > 1 ? 'All others' : 'Wave'}
            </span>
            <span className="block text-dim">{count(wave.nodes.running)} of {plural(wave.nodes.total, 'node')}</span>
          </span>
          <Proportions parts={waveParts(wave.nodes)} label={`Wave ${wave.index + 1}`} />
          <span className="text-dim sm:text-right"><WaveState wave={wave} policy={policy} /></span>
          <Gates deployment={deployment} wave={wave} />
        </li>
      ))}
    </ol>
  );
}

function WaveState({ wave, policy }: { wave: WaveView; policy: RolloutPolicy }) {
  const now = useNow();
  switch (wave.state) {
    case 'ToCome':
      return 'to come';
    case 'Progressing':
      return wave.nodes.failed > 0 ? `${count(wave.nodes.failed)} failed` : `each has ${duration(policy.updateTimeoutSeconds * 1000)}`;
    case 'Baking':
      return wave.bakesUntil === null || now === null ? 'bakes' : <BakeClock leftMs={Math.max(0, wave.bakesUntil - now)} wholeMs={policy.bakeSeconds * 1000} />;
    case 'Passed':
      return wave.passedAt === null ? 'passed' : <>passed <RelativeTime at={wave.passedAt} /></>;
    case 'Failed':
      return <span className="text-critical">failed</span>;
    case 'Stopped':
      return 'stopped';
  }
}

/** How long a wave has to go on running yet, and how much of that is over. */
function BakeClock({ leftMs, wholeMs }: { leftMs: number; wholeMs: number }) {
  return <Progress value={wholeMs === 0 ? 1 : Math.min(1, 1 - leftMs / wholeMs)} label="bakes" detail={`${duration(leftMs)} more`} />;
}
