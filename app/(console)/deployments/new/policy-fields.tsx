'use client';
import { Fragment } from 'react';
import { parseAsInteger, parseAsString, parseAsStringLiteral } from 'nuqs';
import type { RolloutPolicy } from '../../../../server/deployments/schema.ts';
import { leastBakeSeconds } from '../../../../server/gates/schema.ts';
import { Field, Input } from '../../../_ui/field.tsx';
import { Select } from '../../../_ui/select.tsx';
import { gateParsers, toGates } from './gate-fields.tsx';
import type { GateValues } from './gate-fields.tsx';

/** The policy in the address, with the server's own defaults. */
export const policyParsers = {
  canary: parseAsInteger.withDefault(10),
  atOnce: parseAsInteger.withDefault(25),
  bake: parseAsInteger.withDefault(5),
  timeout: parseAsInteger.withDefault(300),
  onFailure: parseAsStringLiteral(['pause', 'abort', 'rollback'] as const).withDefault('pause'),
  approval: parseAsStringLiteral(['none', 'eachWave'] as const).withDefault('none'),
  perMinute: parseAsInteger.withDefault(0),
  quarantine: parseAsInteger.withDefault(3),
  report: parseAsInteger.withDefault(0),
  away: parseAsStringLiteral(['normal', 'expected', 'error'] as const).withDefault('normal'),
  notBefore: parseAsString.withDefault(''),
  from: parseAsString.withDefault(''),
  to: parseAsString.withDefault(''),
  activateFrom: parseAsString.withDefault(''),
  activateTo: parseAsString.withDefault(''),
  downloadFrom: parseAsString.withDefault(''),
  downloadTo: parseAsString.withDefault(''),
  ahead: parseAsStringLiteral(['no', 'yes'] as const).withDefault('no'),
  ...gateParsers,
};

export interface PolicyValues extends GateValues {
  /** Percent of the nodes in the first wave. */
  canary: number;
  /** Percent of the nodes that may be changing at one time. */
  atOnce: number;
  /** Seconds that a wave must go on running. */
  bake: number;
  /** Seconds that a connected node has. */
  timeout: number;
  onFailure: RolloutPolicy['onFailure'];
  approval: 'none' | 'eachWave';
  /** 0 is without a limit. */
  perMinute: number;
  /** Failures in a row after which a node is left out; 0 is never. */
  quarantine: number;
  /** Percent of a wave that must report the bundle before it passes. */
  report: number;
  /** What a node that is not connected means. */
  away: RolloutPolicy['whenDisconnected'];
  /** As a date field has it, in this browser's time zone; empty is at once. */
  notBefore: string;
  /** The window of each day, as time fields have it; empty is always. */
  from: string;
  to: string;
  /** Those in which nodes that were told switch, and fetch. */
  activateFrom: string;
  activateTo: string;
  downloadFrom: string;
  downloadTo: string;
  /** Whether nodes of later waves fetch while earlier ones are under way. */
  ahead: 'no' | 'yes';
}

const clock = /^([01]\d|2[0-3]):[0-5]\d$/;

/** A window of each day by the clock of this browser's place; none where a time is missing. */
function eachDay(from: string, to: string): RolloutPolicy['windows'] {
  return clock.test(from) && clock.test(to) ? [{ days: [0, 1, 2, 3, 4, 5, 6], from, to, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone }] : [];
}

/** What is asked of the planner; figures out of range are brought back into it. */
export function toPolicy({ canary, atOnce, bake, timeout, onFailure, approval, perMinute, quarantine, report, away, notBefore, from, to, activateFrom, activateTo, downloadFrom, downloadTo, ahead, ...rest }: PolicyValues): RolloutPolicy {
  const gates = toGates(rest);
  const share = Math.min(100, Math.max(1, canary));
  return {
    waves: share === 100 ? [] : [{ limit: { unit: 'percent', value: share } }],
    maxUnavailable: { unit: 'percent', value: Math.min(100, Math.max(1, atOnce)) },
    updateTimeoutSeconds: Math.min(86_400, Math.max(5, timeout)),
    bakeSeconds: gates.length === 0 ? Math.min(604_800, Math.max(0, bake)) : Math.min(86_400, Math.max(leastBakeSeconds(gates), bake)),
    failureThresholdPercent: 0,
    onFailure,
    successThresholdPercent: Math.min(100, Math.max(0, report)),
    minSamples: 1,
    whenDisconnected: away,
    quarantineAfter: quarantine < 1 ? null : Math.min(100, quarantine),
    approval,
    perMinute: perMinute < 1 ? null : Math.min(1_000_000, perMinute),
    notBefore: Number.isNaN(Date.parse(notBefore)) ? null : Date.parse(notBefore),
    windows: eachDay(from, to),
    downloadWindows: eachDay(downloadFrom, downloadTo),
    activateWindows: eachDay(activateFrom, activateTo),
    fetchAhead: ahead === 'yes',
    gates,
    falseStopPercent: 5,
    whenUndecided: rest.undecided,
  };
}

const dailyWindows = [
  { label: 'Tell only', description: 'Each day, by your clock.', from: 'from', to: 'to' },
  { label: 'Fetch only', description: 'Kept by the node itself.', from: 'downloadFrom', to: 'downloadTo' },
  { label: 'Switch only', description: 'Until then it waits, staged.', from: 'activateFrom', to: 'activateTo' },
] as const;

/** How the rollout goes about it: a small first wave unless someone says otherwise. */
export function PolicyFields({ values, onChange }: { values: PolicyValues; onChange: (values: Partial<PolicyValues>) => void }) {
  const number = (name: 'canary' | 'atOnce' | 'bake' | 'timeout' | 'perMinute' | 'quarantine' | 'report') => ({ value: String(values[name]), onValue: (text: string) => (/^\d{1,6}$/.test(text) ? onChange({ [name]: Number(text) }) : undefined), inputMode: 'numeric' as const });
  return (
    <fieldset className="grid grid-cols-2 gap-3">
      <legend className="mb-1.5 font-medium">How</legend>
      <Field label="First wave, %" description="100 is all at once.">
        <Input {...number('canary')} />
      </Field>
      <Field label="At once, %" description="May be changing at one time.">
        <Input {...number('atOnce')} />
      </Field>
      <Field label="Bake, seconds" description="Before the next wave.">
        <Input {...number('bake')} />
      </Field>
      <Field label="A node has, seconds" description="Then it counts as failed.">
        <Input {...number('timeout')} />
      </Field>
      <Field label="On failure">
        <Select value={values.onFailure} onChange={(onFailure) => onChange({ onFailure })} options={[{ value: 'pause', label: 'Suspend' }, { value: 'abort', label: 'End it there' }, { value: 'rollback', label: 'Roll back' }]} />
      </Field>
      <Field label="Between waves">
        <Select value={values.approval} onChange={(approval) => onChange({ approval })} options={[{ value: 'none', label: 'Go on by itself' }, { value: 'eachWave', label: 'Wait for a person' }]} />
      </Field>
      <Field label="Told a minute" description="0 is without a limit.">
        <Input {...number('perMinute')} />
      </Field>
      <Field label="Quarantine after" description="Failures in a row; 0 is never.">
        <Input {...number('quarantine')} />
      </Field>
      <Field label="Must report, %" description="Of a wave, before the next.">
        <Input {...number('report')} />
      </Field>
      <Field label="Not connected" description="What it means.">
        <Select value={values.away} onChange={(away) => onChange({ away })} options={[{ value: 'normal', label: 'Goes on without it' }, { value: 'expected', label: 'Is expected' }, { value: 'error', label: 'Is a failure' }]} />
      </Field>
      <Field label="Later waves" description="When they fetch.">
        <Select value={values.ahead} onChange={(ahead) => onChange({ ahead })} options={[{ value: 'no', label: 'When they are told' }, { value: 'yes', label: 'Ahead of their turn' }]} />
      </Field>
      <div className="col-span-2">
        <Field label="Not before" optional>
          <Input type="datetime-local" value={values.notBefore} onValue={(notBefore) => onChange({ notBefore })} />
        </Field>
      </div>
      {dailyWindows.map(({ label, description, from, to }) => (
        <Fragment key={from}>
          <Field label={`${label} from`} optional description={description}>
            <Input type="time" value={values[from]} onValue={(text) => onChange({ [from]: text })} />
          </Field>
          <Field label={`${label} until`} optional>
            <Input type="time" value={values[to]} onValue={(text) => onChange({ [to]: text })} />
          </Field>
        </Fragment>
      ))}
    </fieldset>
  );
}
