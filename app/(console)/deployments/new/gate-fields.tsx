'use client';
import { parseAsFloat, parseAsStringLiteral } from 'nuqs';
import type { RolloutPolicy } from '../../../../server/deployments/schema.ts';
import { Field, Input } from '../../../_ui/field.tsx';
import { Select } from '../../../_ui/select.tsx';

type Gate = RolloutPolicy['gates'][number];

/** Each field is one gate; 0 is none. */
const gatesByField = {
  detectionsMost: { label: 'Detections at most, ×', metric: 'detectionsPerHour', compare: 'atMostTimesControl' },
  detectionsLeast: { label: 'Detections at least, ×', metric: 'detectionsPerHour', compare: 'atLeastTimesControl' },
  latencyMost: { label: 'Latency at most, ×', metric: 'latencyP95Ms', compare: 'atMostTimesControl' },
  errorsMost: { label: 'Errors at most, %', metric: 'errorsPercent', compare: 'atMost' },
  predictionsMost: { label: 'Prediction shift at most, ×', metric: 'predictionShift', compare: 'atMostTimesControl' },
  featuresMost: { label: 'Feature shift at most, ×', metric: 'featureShift', compare: 'atMostTimesControl' },
} as const satisfies Record<string, Pick<Gate, 'metric' | 'compare'> & { label: string }>;
type GateField = keyof typeof gatesByField;
const gateFields: GateField[] = ['detectionsMost', 'detectionsLeast', 'latencyMost', 'errorsMost', 'predictionsMost', 'featuresMost'];

export const gateParsers = {
  detectionsMost: parseAsFloat.withDefault(0),
  detectionsLeast: parseAsFloat.withDefault(0),
  latencyMost: parseAsFloat.withDefault(0),
  errorsMost: parseAsFloat.withDefault(0),
  predictionsMost: parseAsFloat.withDefault(0),
  featuresMost: parseAsFloat.withDefault(0),
  undecided: parseAsStringLiteral(['pause', 'pass'] as const).withDefault('pause'),
};

export type GateValues = Record<GateField, number> & { undecided: 'pause' | 'pass' };

/** Bounds beside control are from 0.01 to 100 times, as the server takes them. */
export function toGates(values: GateValues): Gate[] {
  return gateFields.flatMap((field) => {
    const { metric, compare } = gatesByField[field];
    const bound = Math.min(100, values[field]);
    return bound > 0 ? [{ metric, compare, bound: Math.max(0.01, bound), minSamples: 100 }] : [];
  });
}

/** What a wave has to keep to while it bakes, beside the nodes that stay behind. */
export function GateFields({ values, onChange }: { values: GateValues; onChange: (values: Partial<GateValues>) => void }) {
  return (
    <fieldset className="grid grid-cols-2 gap-3">
      <legend className="font-medium">Gates</legend>
      <p className="col-span-2 mb-1 text-sm text-dim">× is beside nodes that stay behind, by how both changed. 0 is no gate. With one, a wave bakes for a minute at least, with shifts of models for three.</p>
      {gateFields.map((field) => (
        <Field key={field} label={gatesByField[field].label}>
          <GateInput value={values[field]} onChange={(bound) => onChange({ [field]: bound })} />
        </Field>
      ))}
      <Field label="When it cannot tell">
        <Select value={values.undecided} onChange={(undecided) => onChange({ undecided })} options={[{ value: 'pause', label: 'Wait for a person' }, { value: 'pass', label: 'Go on' }]} />
      </Field>
    </fieldset>
  );
}

/** A number that may be half typed: “1.” is kept as text until it is one. */
function GateInput({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  return <Input key={value} defaultValue={String(value)} inputMode="decimal" onBlur={({ target }) => (/^\d{1,3}(\.\d{1,3})?$/.test(target.value) ? onChange(Number(target.value)) : undefined)} />;
}
