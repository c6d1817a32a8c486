import type { Row } from '../../api.ts';
import type { WindowPlan } from '../../plan/plan.ts';
import type { Typed } from '../../plan/types.ts';
import { CronWindow, HoppingWindow } from './calendar-windows.ts';
import { parseCron } from '../cron.ts';
import { ExpressionBatchWindow } from './expression-batch-window.ts';
import { ExpressionWindow } from './expression-window.ts';
import { ExternalTimeBatchWindow } from './external-time-batch-window.ts';
import { keyParts } from './frequent-key.ts';
import { keyOf } from './keyed-events.ts';
import { LossyFrequentWindow } from './lossy-frequent-window.ts';
import type { WindowUse } from './window-use.ts';
import { SessionWindow } from './session-window.ts';
import type { OperatorContext } from '../operator-context.ts';
import type { Stage, WindowStage } from '../stage.ts';

/** Makes the windows that batch and slide by sessions, calendars, conditions and times of the events. */
export function makeFurtherWindow(plan: WindowPlan, use: WindowUse, context: OperatorContext, next: Stage): WindowStage | undefined {
  const [first, second, third] = plan.constants;
  switch (plan.name) {
    case 'externalTimeBatch':
      return externalTimeBatch(plan.arguments, plan.constants, undefined, use, context, next);
    case 'unique:externalTimeBatch': {
      return externalTimeBatch(plan.arguments.slice(1), plan.constants.slice(1), keyOf(plan.keys ?? [], context), use, context, next);
    }
    case 'session': {
      const keyed = plan.arguments.find((one) => one.kind === 'value');
      const key = keyed === undefined ? undefined : columnOf(keyed);
      const latency = Number((key === undefined ? second : third) ?? 0);
      return new SessionWindow({ gap: Number(first), latency, key: key === undefined ? undefined : (row) => row[key] }, context, next);
    }
    case 'cron': {
      const cron = parseCron(String(first));
      if ('wrong' in cron) throw new TypeError(`A cron expression that ${cron.wrong} passed the checker.`);
      return new CronWindow(cron, context, next);
    }
    case 'hopping':
      return new HoppingWindow(Number(first), Number(second), use.expired, context, next);
    case 'lossyFrequent': {
      return new LossyFrequentWindow(Number(first), second === undefined ? Number(first) / 10 : Number(second), keyParts(plan.arguments, use.taken), context, next);
    }
    case 'expression':
      return plan.condition && new ExpressionWindow(plan.condition, context, next);
    case 'expressionBatch': {
      const included = plan.arguments[1];
      const column = included?.kind === 'value' ? columnOf(included) : -1;
      return plan.condition && new ExpressionBatchWindow({ condition: plan.condition, includes: (row) => (column < 0 ? second === true : row[column]), streaming: third === true }, context, next);
    }
    default:
      return undefined;
  }
}

function columnOf(argument: Typed | undefined): number {
  if (argument?.kind !== 'value' || argument.access.from !== 'row') throw new TypeError('A window over something that is no attribute passed the checker.');
  return argument.access.index;
}

function externalTimeBatch(written: WindowPlan['arguments'], constants: WindowPlan['constants'], key: ((row: Row) => unknown) | undefined, use: WindowUse, context: OperatorContext, next: Stage): WindowStage {
  const [, duration, start, timeout, replaces] = constants;
  const from = written[2] === undefined ? undefined : start === undefined ? { attribute: columnOf(written[2]) } : { at: Number(start) };
  const setting = { time: columnOf(written[0]), duration: Number(duration), start: from, timeout: Number(timeout ?? 0), replaces: replaces === true, key, expired: use.expired, keeps: use.expired || use.searched };
  return new ExternalTimeBatchWindow(setting, context, next);
}

