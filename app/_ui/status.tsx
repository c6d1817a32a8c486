import type { ReactElement, ReactNode } from 'react';
import { classes } from './classes.ts';
import { Tooltip } from './tooltip.tsx';

/** What a colour may mean. Red is for what a person must act on. */
export type Tone = 'neutral' | 'info' | 'positive' | 'notice' | 'critical';

const text: Record<Tone, string> = { neutral: 'text-faint', info: 'text-info', positive: 'text-positive', notice: 'text-notice', critical: 'text-critical' };
export const toneFill: Record<Tone, string> = { neutral: 'bg-line-strong', info: 'bg-info', positive: 'bg-positive', notice: 'bg-notice', critical: 'bg-critical' };

const drawings: Record<Tone, ReactElement> = {
  positive: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  info: <path d="M6 1.5a4.5 4.5 0 1 0 4.5 4.5" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />,
  notice: <path d="M6 1l5 9.5H1z" fill="currentColor" />,
  critical: <path d="M6 .8 11.2 6 6 11.2.8 6z" fill="currentColor" />,
  neutral: <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="2.2 2" />,
};

/** The shape of a tone, so that no meaning rests on colour alone. It turns only for what will change by itself. */
export function Shape({ tone, moving = false, className }: { tone: Tone; moving?: boolean; className?: string }) {
  return (
    <svg viewBox="0 0 12 12" aria-hidden className={classes('size-3 shrink-0', text[tone], moving && 'animate-turn', className)}>
      {drawings[tone]}
    </svg>
  );
}

/** Shape and word, with what it means, why and since when on hover and focus. */
export function Status({ tone, word, detail, moving = false }: { tone: Tone; word: ReactNode; detail?: ReactNode; moving?: boolean }) {
  const body = (
    <span className="inline-flex items-center gap-[7px] whitespace-nowrap" {...(detail ? { tabIndex: 0 } : {})}>
      <Shape tone={tone} moving={moving} />
      <span>{word}</span>
    </span>
  );
  return detail ? <Tooltip content={detail}>{body}</Tooltip> : body;
}
