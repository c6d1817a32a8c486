'use client';
import { useState } from 'react';
import type { WaveView } from '../../../../server/deployments/schema.ts';
import { BoundMeter } from '../../../_ui/bound-meter.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import type { Tone } from '../../../_ui/status.tsx';
import { gateBound, gateName, gateValue } from '../gate-words.ts';
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
      <ul aria-label={`Gates of wave ${wave.index + 1}`} className="mt-1 grid gap-x-8 gap-y-3 md:grid-cols-2 xl:grid-cols-3">
        {newest.verdicts.map((verdict) => (
          <li key={`${verdict.gate.metric} ${verdict.gate.compare}`} className="min-w-0">
            <Found verdict={verdict} />
          </li>
        ))}
      </ul>
      <p className="mt-2.5 text-sm text-faint">
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

/** What was measured against its bound; the whole verdict in words where it is not that all is well. */
function Found({ verdict: { gate, outcome, value, message } }: { verdict: Verdict }) {
  const { tone, word } = tones[outcome];
  return (
    <BoundMeter label={gateName(gate)} tone={tone} value={value} valueText={gateValue(gate, value)} bound={gate.bound} boundText={gateBound(gate)} title={message}>
      <p className="mt-1 text-sm text-dim">
        {word}
        {outcome === 'Passed' ? <span className="sr-only">: {message}</span> : `: ${message}`}
      </p>
    </BoundMeter>
  );
}
