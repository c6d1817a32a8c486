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
  const wait = (time: number): void => {
    const then = next(time);
    if (then !== undefined) alarm.at(then);
  };
  const alarm = running.rings(
    stage.alarm((time) => {
      ring(time);
      wait(time);
    }),
  );
  running.leaves(late ? stage.beginLate(wait) : stage.start.add(wait));
  return { alarm: [`trigger ${name}`, alarm] };
}
