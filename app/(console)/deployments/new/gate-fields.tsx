'use client';
import { Disclosure } from '../../../_ui/disclosure.tsx';
import { Field } from '../../../_ui/field.tsx';
import { NumberInput } from '../../../_ui/number-input.tsx';
import { Select } from '../../../_ui/select.tsx';
import { gateFields, gatesByField, gatesInWords, type GateValues } from './gates.ts';

/** What a wave has to keep to while it bakes, beside the nodes that stay behind. */
export function GateFields({ values, onChange }: { values: GateValues; onChange: (values: Partial<GateValues>) => void }) {
  const summary = gatesInWords(values);
  return (
    <Disclosure title="Gates" summary={summary} open={summary !== 'none'}>
      <p className="text-sm text-dim">× is beside nodes that stay behind, by how both changed. 0 is no gate. With one, a wave bakes for a minute at least, with shifts of models for three.</p>
      <div className="grid grid-cols-2 gap-3">
        {gateFields.map((field) => (
          <Field key={field} label={gatesByField[field].label}>
            <NumberInput decimals value={values[field]} onNumber={(bound) => onChange({ [field]: bound })} />
          </Field>
        ))}
        <Field label="When it cannot tell">
          <Select value={values.undecided} onChange={(undecided) => onChange({ undecided })} options={[{ value: 'pause', label: 'Wait for a person' }, { value: 'pass', label: 'Go on' }]} />
        </Field>
      </div>
    </Disclosure>
  );
}
