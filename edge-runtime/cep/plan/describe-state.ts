import type { StateView } from '../api.ts';
import { fingerprint } from '../runtime/fingerprint.ts';
import type { QueryPlan, TablePlan } from './plan.ts';

/**
 * What a query remembers between events. An id depends on the definition of the query and on what kind of memory it
 * is, not on the text around it, so that it stays the same while the query does.
 */
export function stateOf(query: QueryPlan): StateView[] {
  const views: StateView[] = [];
  const add = (kind: string, what: string): void => {
    views.push({ id: `${kind}-${fingerprint(`${kind} ${query.definition}`)}`, query: query.name, what, definition: query.definition });
  };
  const { input, selection } = query;
  if (input.kind === 'single') {
    for (const handler of input.handlers) {
      if (handler.kind === 'window') add('window', `${handler.window.label} window of ${input.stream}`);
      if (handler.kind === 'predict') add('prediction', `events waiting for ${handler.reference}`);
    }
  } else if (input.kind === 'join') {
    for (const side of [input.left, input.right]) {
      for (const handler of side.handlers) if (handler.kind === 'window') add('window', `${handler.window.label} window of ${side.name}`);
    }
  } else {
    const streams = [...new Set(input.slots.map((one) => one.stream))].join(', ');
    add('pattern', `unfinished matches of the ${input.kind} over ${streams}`);
  }
  if (selection.aggregates.length > 0) {
    const names = selection.aggregates.map((one) => one.name).join(', ');
    add('aggregators', `running ${names}${selection.groupBy.length > 0 ? ' of each group' : ''}`);
  }
  return views;
}

export function tableState(table: TablePlan): StateView {
  const definition = `${table.name}(${table.attributes.map((one) => `${one.name} ${one.type}`).join(', ')}) key ${table.primaryKey.join(',')}`;
  return { id: `table-${fingerprint(definition)}`, query: '', what: `table ${table.name}`, definition };
}
