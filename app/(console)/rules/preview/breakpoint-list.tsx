'use client';
import type { Breakpoint } from '@selvedge/edge-runtime/cep/preview';
import { X } from 'lucide-react';
import { Button } from '../../../_ui/button.tsx';
import { Input } from '../../../_ui/field.tsx';
import { Segments } from '../../../_ui/segments.tsx';
import type { Stops } from '../../../_editor/use-stops.ts';

/** Where the run is to stop, and at which of a query's matches or events. */
export function BreakpointList({ stops: { breakpoints, change, toggle } }: { stops: Stops }) {
  return (
    <ul aria-label="Breakpoints" className="flex flex-wrap gap-x-5 gap-y-1.5">
      {breakpoints.map((one) => (
        <li key={one.query} className="flex items-center gap-2">
          <span aria-hidden className="size-2 rounded-full bg-accent" />
          <span className="font-mono text-sm">{one.query}</span>
          <Segments label={`Where ${one.query} stops`} value={one.on} onChange={(on) => change(one.query, { on })} options={[{ value: 'match', label: 'match' }, { value: 'event', label: 'event' }]} />
          <span className="text-sm text-dim">from number</span>
          <span className="w-20"><From breakpoint={one} onChange={(from) => change(one.query, { from })} /></span>
          <Button tone="quiet" size="sm" label={`Take the breakpoint at ${one.query} away`} onClick={() => toggle(one.query)}><X size={13} aria-hidden /></Button>
        </li>
      ))}
    </ul>
  );
}

function From({ breakpoint: { query, from }, onChange }: { breakpoint: Breakpoint; onChange: (from: number) => void }) {
  return (
    <Input
      mono
      type="number"
      min={1}
      aria-label={`From which number on ${query} stops`}
      defaultValue={String(from)}
      onValue={(text) => {
        const next = Math.floor(Number(text));
        if (next >= 1) onChange(next);
      }}
    />
  );
}
