import type { SelectionPlan } from '../plan/plan.ts';
import type { Typed } from '../plan/types.ts';
import type { PayloadKind, SelectionCode } from '../runtime/emit-query.ts';
import type { Payload } from './stage.ts';
import type { Alarm, Clock } from '../runtime/timers.ts';

/** What the engine gives to operators when it makes them. */
export interface OperatorContext {
  clock: Clock;
  /** Turns pieces of a plan into code. */
  code: {
    selection(plan: SelectionPlan, kind: PayloadKind, tracksLeaving: boolean): SelectionCode;
    values(values: readonly Typed[], kind: PayloadKind): (timestamp: number, payload: Payload) => unknown[];
  };
  /** What an operator waits for. Alarms due together ring in the order of their making, except that of an output rate, which rings `behind` those of its query. */
  alarm(ring: (time: number) => void, behind?: true): Alarm;
}
