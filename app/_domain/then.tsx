'use client';
import { useQueryState } from 'nuqs';
import { useState } from 'react';
import { thenParser } from '../_data/then.ts';
import { duration } from '../_format/time.ts';
import { Button } from '../_ui/button.tsx';
import { useNow } from '../_ui/clock.tsx';
import { Field, Input } from '../_ui/field.tsx';
import { AbsoluteTime } from '../_ui/moment.tsx';
import { Popover } from '../_ui/popover.tsx';
import { Shape } from '../_ui/status.tsx';

const hourMs = 3_600_000;
const agoMs = [hourMs, 24 * hourMs, 7 * 24 * hourMs] as const;
const stepsMs = [-24 * hourMs, -hourMs, hourMs, 24 * hourMs] as const;

/** The moment of the past that a page shows, or undefined for now. */
export function useThen(): { at: number | undefined; show: (at: number | null) => void } {
  const [at, setAt] = useQueryState('at', thenParser.at.withOptions({ history: 'push' }));
  return { at: at?.getTime(), show: (next) => void setAt(next === null ? null : new Date(next)) };
}

/** Asks for a moment of the past, and shows the page as it was then. */
export function ThenControl() {
  const { at, show } = useThen();
  const [open, setOpen] = useState(false);
  const [written, setWritten] = useState('');
  const time = Date.parse(written);
  const go = (moment: number) => {
    setOpen(false);
    show(moment);
  };
  return (
    <Popover open={open} onOpenChange={setOpen} align="end" title="How it was at" trigger={<Button>{at === undefined ? 'Then' : 'Another moment'}</Button>}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!Number.isNaN(time)) go(time);
        }}
      >
        <Field label="Moment" description="In your time zone. It goes back 90 days.">
          <Input type="datetime-local" step={1} value={written} onValue={setWritten} />
        </Field>
        <div className="flex flex-wrap items-center gap-2">
          {agoMs.map((ago) => (
            <Button key={ago} size="sm" onClick={() => go(Date.now() - ago)}>
              {duration(ago)} ago
            </Button>
          ))}
          <span className="ml-auto">
            <Button tone="primary" size="sm" type="submit" refused={Number.isNaN(time) ? 'Name a moment first.' : undefined}>
              Show
            </Button>
          </span>
        </div>
      </form>
    </Popover>
  );
}

/** Stands above a page that shows the past, so that nobody takes it for now; leads to earlier, later and now. */
export function ThenNotice() {
  const { at, show } = useThen();
  const now = useNow();
  if (at === undefined) return null;
  return (
    <div role="status" className="sticky top-12 z-10 mb-4 flex flex-wrap items-center gap-x-2.5 gap-y-2 rounded-lg border border-notice bg-panel px-4 py-2.5">
      <Shape tone="notice" />
      <p className="min-w-56 flex-1">
        <b className="font-medium">
          As it was at <AbsoluteTime at={at} />
        </b>{' '}
        <span className="text-dim">Nothing can be changed here.</span>
      </p>
      <span className="flex flex-wrap gap-1.5">
        {stepsMs.map((step) => (
          <Button key={step} size="sm" onClick={() => show(at + step)} refused={now !== null && at + step > now ? 'That is still to come.' : undefined}>
            {step < 0 ? '−' : '+'}
            {duration(Math.abs(step))}
          </Button>
        ))}
        <Button size="sm" tone="primary" onClick={() => show(null)}>
          Now
        </Button>
      </span>
    </div>
  );
}
