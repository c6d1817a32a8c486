import type { OperatorContext } from '../../operators/operator-context.ts';
import { RESET, type Stateful } from '../../operators/stage.ts';
import type { OutputEvent, OutputStage } from '../query-output.ts';
import type { Beginning } from '../start-of-time.ts';

/** What an output rate needs from the app around it. */
export interface RateContext extends OperatorContext {
  /** Calls back when the app, or the key of a partition, starts. */
  begin(begin: Beginning): void;
}

/** An `output … every …` between a query's selection and its end. */
export type Rate = OutputStage & Stateful;

/** Puts a chunk out, if there is anything in it. */
export function putOut(events: readonly OutputEvent[], output: OutputStage): void {
  const [first] = events;
  if (first === undefined) return;
  if (events.length === 1 && first.type !== RESET) output.one(first.type, first.timestamp, first.row, first.key);
  else output.chunk(events);
}
