import { parseCron } from '../operators/cron.ts';
import type { StreamDefinition, TriggerDefinition } from '../language/syntax.ts';
import type { Attribute } from '../api.ts';
import type { Surroundings } from './check-expression.ts';
import type { NamedWindowPlan, TriggerPlan } from './plan.ts';
import { rowSource, Scope } from './scope.ts';
import { planWindow } from './windows.ts';

/** Reads `define window W (…) length(5) output all events`. */
export function planNamedWindow(definition: StreamDefinition, attributes: readonly Attribute[], around: Surroundings): NamedWindowPlan | undefined {
  const { name, window, output } = definition;
  if (window === undefined) return undefined;
  const planned = planWindow(window, new Scope([rowSource([name.text], { name: name.text, attributes }, 'r')]), around);
  return planned && { name: name.text, attributes, window: planned, events: output ?? 'all' };
}

/** What a trigger's events have. */
export const TRIGGER_ATTRIBUTES: readonly Attribute[] = [{ name: 'triggered_time', type: 'long' }];

/** Reads `define trigger T at …`. */
export function planTrigger(definition: TriggerDefinition, around: Surroundings): TriggerPlan | undefined {
  const { at, name } = definition;
  if ('start' in at) return { name: name.text, at: 'start' };
  if ('every' in at) {
    if (at.every >= 1) return { name: name.text, at: { every: at.every } };
    around.diagnostics.error('limit.trigger', definition, `A trigger rings every millisecond at the most, found every ${at.every}.`);
    return undefined;
  }
  const cron = parseCron(at.cron);
  if (!('wrong' in cron)) return { name: name.text, at: { cron, text: at.cron } };
  around.diagnostics.error('type.cron', definition, `A cron expression ${cron.wrong}.`, "Fields: second minute hour day month weekday [year], for example '0 0/5 * * * ?'.");
  return undefined;
}
