import { AGGREGATORS } from '../plan/aggregators.ts';
import { EXTENSION_AGGREGATORS } from '../plan/extension-aggregators.ts';
import { EXTENSIONS } from '../plan/extensions/index.ts';
import { FUNCTIONS } from '../plan/functions.ts';
import { STREAM_FUNCTIONS } from '../plan/stream-functions.ts';
import { SERIES_FUNCTIONS } from '../plan/time-series.ts';
import { WINDOWS } from '../plan/window-forms.ts';

/** Everything that the engine itself can call, with how it is written. */
export function callNames(role: 'window' | 'function' | 'stream-function'): { name: string; form: string }[] {
  switch (role) {
    case 'window':
      return [...WINDOWS].map(([name, { forms }]) => ({ name, form: forms[0]?.text ?? name }));
    case 'stream-function':
      return [{ name: 'model:predict', form: "model:predict('model@alias', input, …)" }, ...formsOf(STREAM_FUNCTIONS), ...formsOf(SERIES_FUNCTIONS)];
    case 'function':
      return [...formsOf(AGGREGATORS), ...formsOf(EXTENSION_AGGREGATORS), ...formsOf(FUNCTIONS), { name: 'eventTimestamp', form: 'eventTimestamp([event])' }, ...formsOf(EXTENSIONS)];
  }
}

/** Whether it sums up several events: called as functions are, in a selection alone. */
export function isAggregator(name: string): boolean {
  return AGGREGATORS.has(name) || EXTENSION_AGGREGATORS.has(name);
}

function formsOf(table: ReadonlyMap<string, { form: string }>): { name: string; form: string }[] {
  return [...table].map(([name, { form }]) => ({ name, form: form.replace(/^#/, '') }));
}
