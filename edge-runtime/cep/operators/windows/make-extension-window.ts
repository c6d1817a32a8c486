import type { WindowPlan } from '../../plan/plan.ts';
import { KSlack } from './reorder.ts';
import type { OperatorContext } from '../operator-context.ts';
import type { Payload, Stage, WindowStage } from '../stage.ts';
import { keyOf, type KeyOf } from './keyed-events.ts';
import { UniqueBatchWindow } from './unique-batch-window.ts';
import { FirstWindow } from './unique-first-window.ts';
import { UniqueSlidingWindow } from './unique-sliding-window.ts';

/** Makes a window of the namespaces `unique` and `reorder`; undefined for another name. */
export function makeExtensionWindow(plan: WindowPlan, use: { expired: boolean; searched: boolean }, context: OperatorContext, next: Stage): WindowStage | undefined {
  const [, second, third, fourth] = plan.constants;
  const keeps = use.expired || use.searched;
  const key = (): KeyOf => keyOf(plan.keys ?? [], context);
  switch (plan.name) {
    case 'unique:ever':
      return new UniqueSlidingWindow(key(), {}, context, next);
    case 'unique:length':
      return new UniqueSlidingWindow(key(), { length: Number(second) }, context, next);
    case 'unique:time':
      return new UniqueSlidingWindow(key(), { duration: Number(second) }, context, next);
    case 'unique:lengthBatch':
    case 'unique:firstLengthBatch':
      return new UniqueBatchWindow(key(), { length: Number(second), first: plan.name === 'unique:firstLengthBatch' }, keeps, context, next);
    case 'unique:timeBatch':
    case 'unique:firstTimeBatch':
      return new UniqueBatchWindow(key(), { duration: Number(second), first: plan.name === 'unique:firstTimeBatch', ...(third === undefined ? {} : { start: Number(third) }) }, keeps, context, next);
    case 'unique:timeLengthBatch':
      return new UniqueBatchWindow(key(), { duration: Number(second), length: Number(fourth ?? third), first: false, ...(fourth === undefined ? {} : { start: Number(third) }) }, keeps, context, next);
    case 'unique:first':
      return new FirstWindow(key(), Number.POSITIVE_INFINITY, context, next);
    case 'unique:deduplicate':
      return new FirstWindow(key(), Number(second), context, next);
    case 'reorder:kslack': {
      const timeOf = keyOf(plan.arguments.slice(0, 1), context);
      const [timeout, slackMax] = plan.constants.filter((one) => typeof one === 'number');
      const setting = { time: (payload: Payload) => Number(timeOf(payload)), timeout: Number(timeout ?? -1) < 0 ? undefined : Number(timeout), slackMax: Number(slackMax ?? -1) < 0 ? Number.POSITIVE_INFINITY : Number(slackMax), discards: plan.constants.includes(true) };
      return new KSlack(setting, context, next);
    }
    case 'reorder:akslack': {
      const [time, value] = plan.arguments;
      const [, , batch = 10_000, timeout = -1, slackMax = -1, discards = false, errorMax = 0.03, confidence = 0.95] = plan.constants;
      const timeOf = keyOf(time === undefined ? [] : [time], context);
      const setting = {
        time: (payload: Payload) => Number(timeOf(payload)),
        timeout: Number(timeout) < 0 ? undefined : Number(timeout),
        slackMax: Number(slackMax) < 0 ? Number.POSITIVE_INFINITY : Number(slackMax),
        discards: discards === true,
        adapts: { value: keyOf(value === undefined ? [] : [value], context), batch: Number(batch), errorMax: Number(errorMax), confidence: Number(confidence) },
      };
      return new KSlack(setting, context, next);
    }
    default:
      return undefined;
  }
}
