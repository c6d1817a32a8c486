'use client';
import { useState } from 'react';
import type { WaveView } from '../../../../server/deployments/schema.ts';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { Shape, type Tone } from '../../../_ui/status.tsx';
import { LookDialog } from './look-dialog.tsx';

type Verdict = WaveView['looks'][number]['verdicts'][number];

const tones: Record<Verdict['outcome'], { tone: Tone; word: string }> = {
  Passed: { tone: 'positive', word: 'within bounds' },
  Stopped: { tone: 'critical', word: 'stopped' },
  NotEnough: { tone: 'notice', word: 'cannot tell' },
  NoControl: { tone: 'neutral', word: 'does not apply' },
};

/** What gates found in the newest look at a wave, each value beside its bound; the evidence of each look is one click away. */
export function Gates({ deployment, wave }: { deployment: string; wave: WaveView }) {
  const [shown, setShown] = useState<number | null>(null);
  const [newest] = wave.looks;
  if (newest === undefined) return null;
  return (
    <div className="sm:col-span-2 sm:col-start-2">
      <ul aria-label={`Gates of wave ${wave.index + 1}`} className="space-y-1">
        {newest.verdicts.map((verdict) => (
          <li key={`${verdict.gate.metric} ${verdict.gate.compare}`} className="grid grid-cols-[14px_1fr] items-baseline gap-x-2">
            <Shape tone={tones[verdict.outcome].tone} />
            <span>
              <span className="font-medium">{tones[verdict.outcome].word}</span> <span className="text-dim">{verdict.message}</span>
            </span>
          </li>
        ))}
      </ul>
      <p className="mt-1 text-sm text-faint">
        Looked at <RelativeTime at={newest.at} />.{' '}
        {wave.looks.map(({ look }) => (
          <button key={look} type="button" className="mr-2 text-accent hover:underline" onClick={() => setShown(look)}>
            Evidence of look {look}
          </button>
        ))}
      </p>
      {shown === null ? null : <LookDialog deployment={deployment} wave={wave.index} look={shown} close={() => setShown(null)} />}
    </div>
  );
}
