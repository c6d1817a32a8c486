import type { Cause, CauseCode } from './schema.ts';

interface Rest {
  evidence: Readonly<Record<string, string | number | null>>;
  byItself?: [what: string, at: number | null];
  canDo: string[];
}

export function causeOf(code: CauseCode, tone: Cause['tone'], title: string, detail: string, { evidence, byItself, canDo }: Rest): Cause {
  return {
    code,
    tone,
    title,
    detail,
    evidence: Object.entries(evidence).map(([name, value]) => ({ name, value })),
    byItself: byItself === undefined ? null : { what: byItself[0], at: byItself[1] },
    canDo,
  };
}

/** "3 min", in the largest unit that leaves a number above zero. */
export function durationOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

export function shareOf(part: number, whole: number): string {
  return whole === 0 ? 'none' : `${Math.floor((part / whole) * 100)} %`;
}
