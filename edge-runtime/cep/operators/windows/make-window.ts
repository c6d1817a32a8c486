import type { WindowUse } from './window-use.ts';
import type { WindowPlan } from '../../plan/plan.ts';
import type { Typed } from '../../plan/types.ts';
import { DelayWindow, TimeLengthWindow, TimeWindow } from './aging-windows.ts';
import type { AttributeReader } from './attribute.ts';
import { ChunkWindow } from './batch-window.ts';
import { keyParts } from './frequent-key.ts';
import { FrequentWindow } from './frequent-window.ts';
import { ExternalTimeWindow } from './external-time-window.ts';
import { LengthBatchWindow } from './length-batch-window.ts';
import { LengthWindow } from './length-window.ts';
import { SortWindow } from './sort-window.ts';
import { makeExtensionWindow } from './make-extension-window.ts';
import { makeFurtherWindow } from './make-further-window.ts';
import type { OperatorContext } from '../operator-context.ts';
import type { Stage, WindowStage } from '../stage.ts';
import { TimeBatchWindow } from './time-batch-window.ts';

/** Makes the window that a plan names; the plan's parameters were checked. */
export function makeWindow(plan: WindowPlan, use: WindowUse, context: OperatorContext, next: Stage): WindowStage {
  const [first, second, third] = plan.constants;
  const streaming = plan.constants.includes(true);
  const compact = !use.searched && !use.keepsRows;
  switch (plan.name) {
    case 'length':
      return new LengthWindow(Number(first), context, next, compact);
    case 'lengthBatch':
      return new LengthBatchWindow(Number(first), { ...use, streaming }, context, next);
    case 'time':
      return new TimeWindow(Number(first), context, next, compact);
    case 'timeBatch': {
      const start = [second, third].find((one) => typeof one === 'number');
      return new TimeBatchWindow(Number(first), typeof start === 'number' ? start : undefined, { ...use, streaming }, context, next);
    }
    case 'batch':
      return new ChunkWindow(Number(first ?? 0), use.expired, context, next);
    case 'externalTime':
      return new ExternalTimeWindow(readerOf(plan.arguments[0]), Number(second), next, compact);
    case 'timeLength':
      return new TimeLengthWindow(Number(first), Number(second), context, next, compact);
    case 'delay':
      return new DelayWindow(Number(first), context, next);
    case 'sort':
      return new SortWindow(Number(first), sortKeysOf(plan.arguments.slice(1)), context, next);
    case 'frequent':
      return new FrequentWindow(Number(first), keyParts(plan.arguments, use.taken), context, next);
    default: {
      const made = makeFurtherWindow(plan, use, context, next) ?? makeExtensionWindow(plan, use, context, next);
      if (made !== undefined) return made;
      throw new TypeError(`Unknown window '${plan.name}' passed the checker.`);
    }
  }
}

function columnOf(argument: Typed | undefined): number {
  if (argument?.kind !== 'value' || argument.access.from !== 'row') throw new TypeError('A window over something that is no attribute passed the checker.');
  return argument.access.index;
}

function readerOf(argument: Typed | undefined): AttributeReader {
  const column = columnOf(argument);
  return (row) => row[column];
}

/** Attributes, each with 'asc' or 'desc' after it or ascending. */
function sortKeysOf(values: readonly Typed[]): { column: number; descending: boolean }[] {
  return values.flatMap((value, index) => {
    if (value.kind !== 'value') return [];
    const order = values[index + 1];
    return [{ column: columnOf(value), descending: order?.kind === 'constant' && String(order.value).toLowerCase() === 'desc' }];
  });
}
