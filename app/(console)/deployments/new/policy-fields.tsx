'use client';
import { Fragment } from 'react';
import { Disclosure } from '../../../_ui/disclosure.tsx';
import { Field, Input } from '../../../_ui/field.tsx';
import { NumberInput } from '../../../_ui/number-input.tsx';
import { Select } from '../../../_ui/select.tsx';
import { pacingInWords, patienceInWords, timesInWords, type PolicyValues } from './policy.ts';

const dailyWindows = [
  { label: 'Tell only', description: 'Each day, by your clock.', from: 'from', to: 'to', cron: 'cron' },
  { label: 'Fetch only', description: 'Kept by the node itself.', from: 'downloadFrom', to: 'downloadTo', cron: 'downloadCron' },
  { label: 'Switch only', description: 'Until then it waits, staged.', from: 'activateFrom', to: 'activateTo', cron: 'activateCron' },
] as const;

interface Props {
  values: PolicyValues;
  onChange: (values: Partial<PolicyValues>) => void;
}

/** How the rollout goes about it: a small first wave unless someone says otherwise. What is seldom changed says in a line how it stands. */
export function PolicyFields({ values, onChange }: Props) {
  const number = (name: 'canary' | 'atOnce' | 'bake') => ({ value: values[name], onNumber: (next: number) => onChange({ [name]: next }) });
  return (
    <fieldset className="grid grid-cols-2 gap-3">
      <legend className="mb-1.5 font-medium">How</legend>
      <Field label="First wave, %" description="100 is all at once.">
        <NumberInput {...number('canary')} />
      </Field>
      <Field label="First wave of" optional description="A selector, as site=lab; else of all.">
        <Input value={values.canaryOf} onValue={(canaryOf) => onChange({ canaryOf })} />
      </Field>
      <Field label="At once, %" description="May be changing at one time.">
        <NumberInput {...number('atOnce')} />
      </Field>
      <Field label="Bake, seconds" description="Before the next wave.">
        <NumberInput {...number('bake')} />
      </Field>
      <Field label="On failure" description="Of any node.">
        <Select value={values.onFailure} onChange={(onFailure) => onChange({ onFailure })} options={[{ value: 'pause', label: 'Suspend' }, { value: 'abort', label: 'End it there' }, { value: 'rollback', label: 'Roll back' }]} />
      </Field>
    </fieldset>
  );
}

export function PacingFields({ values, onChange }: Props) {
  return (
    <Disclosure title="Between waves" summary={pacingInWords(values)}>
      <div className="grid grid-cols-2 gap-3">
        <Field label="The next wave begins">
          <Select value={values.approval} onChange={(approval) => onChange({ approval })} options={[{ value: 'none', label: 'By itself' }, { value: 'eachWave', label: 'When a person says so' }]} />
        </Field>
        <Field label="Told a minute" description="0 is without a limit.">
          <NumberInput value={values.perMinute} onNumber={(perMinute) => onChange({ perMinute })} />
        </Field>
        <Field label="Limited per label" optional description="As site: of each, so many at once.">
          <Input value={values.perLabel} onValue={(perLabel) => onChange({ perLabel })} />
        </Field>
        <Field label="At once of each">
          <NumberInput value={values.atOncePer} onNumber={(atOncePer) => onChange({ atOncePer })} />
        </Field>
        <Field label="Later waves fetch">
          <Select value={values.ahead} onChange={(ahead) => onChange({ ahead })} options={[{ value: 'no', label: 'When they are told' }, { value: 'yes', label: 'Ahead of their turn' }]} />
        </Field>
      </div>
    </Disclosure>
  );
}

export function PatienceFields({ values, onChange }: Props) {
  const number = (name: 'timeout' | 'quarantine' | 'report') => ({ value: values[name], onNumber: (next: number) => onChange({ [name]: next }) });
  return (
    <Disclosure title="Failing and absent nodes" summary={patienceInWords(values)}>
      <div className="grid grid-cols-2 gap-3">
        <Field label="A node has, seconds" description="Then it counts as failed.">
          <NumberInput {...number('timeout')} />
        </Field>
        <Field label="Quarantine after" description="Failures in a row; 0 is never.">
          <NumberInput {...number('quarantine')} />
        </Field>
        <Field label="Must report, %" description="Of a wave, before the next.">
          <NumberInput {...number('report')} />
        </Field>
        <Field label="Not connected" description="What it means.">
          <Select value={values.away} onChange={(away) => onChange({ away })} options={[{ value: 'normal', label: 'Goes on without it' }, { value: 'expected', label: 'Is expected' }, { value: 'error', label: 'Is a failure' }]} />
        </Field>
      </div>
    </Disclosure>
  );
}

export function TimeFields({ values, onChange }: Props) {
  const summary = timesInWords(values);
  return (
    <Disclosure title="Times" summary={summary} open={summary !== 'at any time'}>
      <div className="grid grid-cols-2 gap-3">
        <div className="col-span-2">
          <Field label="Not before" optional>
            <Input type="datetime-local" value={values.notBefore} onValue={(notBefore) => onChange({ notBefore })} />
          </Field>
        </div>
        {dailyWindows.map(({ label, description, from, to, cron }) => (
          <Fragment key={from}>
            <Field label={`${label} from`} optional description={description}>
              <Input type="time" value={values[from]} onValue={(text) => onChange({ [from]: text })} />
            </Field>
            <Field label={`${label} until`} optional>
              <Input type="time" value={values[to]} onValue={(text) => onChange({ [to]: text })} />
            </Field>
            <div className="col-span-2">
              <Field label={`${label} at`} optional description="As crontab has it: minute, hour, day, month, weekday.">
                <Input mono value={values[cron]} onValue={(text) => onChange({ [cron]: text })} maxLength={128} spellCheck={false} placeholder="0 2 * * sat" />
              </Field>
            </div>
          </Fragment>
        ))}
        <Field label="For, minutes" description="After each time of a crontab.">
          <NumberInput value={values.grace} onNumber={(grace) => onChange({ grace })} />
        </Field>
      </div>
    </Disclosure>
  );
}
