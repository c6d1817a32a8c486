'use client';
import { parseAsInteger, parseAsStringLiteral } from 'nuqs';
import type { RolloutPolicy } from '../../../../server/deployments/schema.ts';
import { Field, Input } from '../../../_ui/field.tsx';
import { Select } from '../../../_ui/select.tsx';

/** The policy in the address, with the server's own defaults. */
export const policyParsers = {
  canary: parseAsInteger.withDefault(10),
  atOnce: parseAsInteger.withDefault(25),
  bake: parseAsInteger.withDefault(5),
  timeout: parseAsInteger.withDefault(300),
  onFailure: parseAsStringLiteral(['pause', 'rollback'] as const).withDefault('pause'),
};

export interface PolicyValues {
  /** Percent of the nodes in the first wave. */
  canary: number;
  /** Percent of the nodes that may be changing at one time. */
  atOnce: number;
  /** Seconds that a wave must go on running. */
  bake: number;
  /** Seconds that a connected node has. */
  timeout: number;
  onFailure: 'pause' | 'rollback';
}

/** What is asked of the planner; figures out of range are brought back into it. */
export function toPolicy({ canary, atOnce, bake, timeout, onFailure }: PolicyValues): RolloutPolicy {
  const share = Math.min(100, Math.max(1, canary));
  return {
    waves: share === 100 ? [] : [{ limit: { unit: 'percent', value: share } }],
    maxUnavailable: { unit: 'percent', value: Math.min(100, Math.max(1, atOnce)) },
    updateTimeoutSeconds: Math.min(86_400, Math.max(5, timeout)),
    bakeSeconds: Math.min(604_800, Math.max(0, bake)),
    failureThresholdPercent: 0,
    onFailure,
  };
}

/** How the rollout goes about it: a small first wave unless someone says otherwise. */
export function PolicyFields({ values, onChange }: { values: PolicyValues; onChange: (values: Partial<PolicyValues>) => void }) {
  const number = (name: 'canary' | 'atOnce' | 'bake' | 'timeout') => ({ value: String(values[name]), onValue: (text: string) => (/^\d{1,6}$/.test(text) ? onChange({ [name]: Number(text) }) : undefined), inputMode: 'numeric' as const });
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
        <Select value={values.onFailure} onChange={(onFailure) => onChange({ onFailure })} options={[{ value: 'pause', label: 'Suspend' }, { value: 'rollback', label: 'Roll back' }]} />
      </Field>
    </fieldset>
  );
}
