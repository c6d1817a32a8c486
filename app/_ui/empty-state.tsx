import type { ReactNode } from 'react';
import { Shape } from './status.tsx';

/** Why there is nothing: nothing yet, nothing matches, not allowed, failed. Each says what to do next. */
export type EmptyKind = 'nothing-yet' | 'no-match' | 'not-allowed' | 'failed';

const tones = { 'nothing-yet': 'neutral', 'no-match': 'neutral', 'not-allowed': 'notice', failed: 'critical' } as const;

export function EmptyState({ kind, title, children, action, heading = false }: {
  kind: EmptyKind;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** It is all that the page has to say. */
  heading?: boolean;
}) {
  const Title = heading ? 'h1' : 'p';
  return (
    <div role={kind === 'failed' ? 'alert' : undefined} className="flex flex-col items-center px-6 py-12 text-center">
      <span className="mb-3 grid size-9 place-items-center rounded-lg border border-line bg-raised">
        <Shape tone={tones[kind]} className="size-3.5!" />
      </span>
      <Title className="font-medium">{title}</Title>
      {children ? <div className="mt-1 w-full max-w-[560px] text-dim">{children}</div> : null}
      {action ? <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div> : null}
    </div>
  );
}
