import type { StateView } from '../api.ts';
import { fingerprint } from '../runtime/fingerprint.ts';
import type { AggregationPlan, NamedWindowPlan, PartitionPlan, QueryPlan, TablePlan } from './plan.ts';

/**
 * What a query remembers between events. An id depends on the definition of the query and on what kind of memory it
 * is, not on the text around it, so that it stays the same while the query does.
 */
export function stateOf(query: QueryPlan): StateView[] {
  const views: StateView[] = [];
  const each = query.partition === undefined ? '' : ', for each key';
  const add = (kind: string, what: string): void => {
    views.push({ id: `${kind}-${fingerprint(`${kind} ${query.definition}`)}`, query: query.name, what: what + each, definition: query.definition });
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
  if (query.rate !== undefined) add('rate', query.rate.kind === 'snapshot' ? 'rows of the next snapshot' : 'rows held back until the next output');
  return views;
}

export function windowState({ name, window, attributes }: NamedWindowPlan): StateView {
  const definition = `${name}(${attributes.map((one) => `${one.name} ${one.type}`).join(', ')}) ${window.name}(${window.constants.map(String).join(', ')})`;
  return { id: `named-window-${fingerprint(definition)}`, query: '', what: `${window.label} window ${name}`, definition };
}

export function partitionState(partition: PartitionPlan): StateView {
  return { id: `partition-${fingerprint(partition.definition)}`, query: '', what: `keys of ${partition.name}`, definition: partition.definition };
}

export function tableState(table: TablePlan): StateView {
  const definition = `${table.name}(${table.attributes.map((one) => `${one.name} ${one.type}`).join(', ')}) key ${table.primaryKey.join(',')}`;
  return { id: `table-${fingerprint(definition)}`, query: '', what: `table ${table.name}`, definition };
}

export function aggregationState(aggregation: AggregationPlan): StateView {
  const columns = aggregation.attributes.map((one) => `${one.name} ${one.type}`).join(', ');
  const definition = `${aggregation.name}(${columns}) by ${aggregation.groupBy.length} every ${aggregation.durations.join(', ')} of ${aggregation.columns.map((one) => one.kind).join(', ')}`;
  return { id: `aggregation-${fingerprint(definition)}`, query: '', what: `aggregation ${aggregation.name}`, definition };
}
