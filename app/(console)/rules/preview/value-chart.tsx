'use client';
import type { PreviewStream, Span } from '@selvedge/edge-runtime/cep/preview';
import { useMemo, useState } from 'react';
import { TimeChart, type Sides } from '../../../_charts/draw/time-chart.tsx';
import { Select } from '../../../_ui/select.tsx';
import type { Standing } from './standing.ts';
import { drawablesOf, prepareValues, type Drawable } from './values-over-time.ts';

const keyOf = ({ stream, range }: Drawable) => `${stream}.${range.name}`;

/** A number of the recording over its time, with markers where the rule told of something; the rows below hold the same in digits. */
export function ValueChart({ streams, span, standing, sides }: { streams: readonly PreviewStream[]; span: Span; standing: Standing; sides: Sides }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const drawables = useMemo(() => drawablesOf(streams, span), [streams, span]);
  const drawn = drawables.find((one) => keyOf(one) === chosen) ?? drawables[0];
  const prepared = useMemo(() => (drawn === undefined ? undefined : prepareValues(drawn, streams.filter((one) => one.output && !one.input), span)), [drawn, streams, span]);
  if (drawn === undefined || prepared === undefined) return null;
  return (
    <div className="border-t border-line px-4 pt-2.5 pb-1">
      <Select size="sm" label="Attribute that is drawn" value={keyOf(drawn)} onChange={setChosen} options={drawables.map((one) => ({ value: keyOf(one), label: `${one.stream}, ${one.range.name}` }))} />
      <TimeChart prepared={prepared} label={`${drawn.range.name} of ${drawn.stream} over the recording`} height={150} sides={sides} moment={standing.until > span.to ? undefined : standing.until} />
    </div>
  );
}
