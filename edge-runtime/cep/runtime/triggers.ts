import type { TriggerPlan } from '../plan/plan.ts';
import type { Receiver } from './receiver.ts';
import type { RunningRule } from './running-rule.ts';
import type { StageRuntime } from './stage-runtime.ts';
import type { Alarm } from './timers.ts';

/**
 * Lets a trigger send its events: once at the start, every so often from then, or by a calendar. In an app that runs already,
 * `late`, it starts now. Returns what is to ring now, once all that the trigger may ring is there, and the alarm of one that goes on.
 */
export function startTrigger({ name, at }: TriggerPlan, stage: StageRuntime, target: Receiver, running: RunningRule, late: boolean): { now?: () => void; alarm?: [id: string, alarm: Alarm] } {
  const ring = (time: number): void => target.one(time, [time]);
  if (at === 'start') {
    if (late && !stage.isToStart) return { now: () => ring(stage.clock.now) };
    running.leaves(stage.start.announce(ring));
    return {};
  }
  const next = (time: number): number | undefined => ('every' in at ? time + at.every : at.cron.next(time));
  const waitFor = (then: number | undefined): void => {
    if (then !== undefined) alarm.at(then);
  };
  const alarm = running.rings(
    stage.alarm((time) => {
      ring(time);
      waitFor(next(time));
    }),
  );
  // A calendar's second that has begun is not over: it rings at the start, as Quartz does.
  const begin = (start: number): void => waitFor('cron' in at && at.cron.next(start - SECOND) === secondOf(start) ? start : next(start));
  running.leaves(late ? stage.beginLate(begin) : stage.start.add(begin));
  return { alarm: [`trigger ${name}`, alarm] };
}

const SECOND = 1000;

function secondOf(time: number): number {
  return Math.floor(time / SECOND) * SECOND;
}
