import type { Stateful } from '../operators/stage.ts';
import type { TriggerPlan } from '../plan/plan.ts';
import type { Receiver } from './receiver.ts';
import type { StageRuntime } from './stage-runtime.ts';

/** Lets a trigger send its events: once at the start, every so often from then, or by a calendar. */
export function startTrigger({ name, at }: TriggerPlan, stage: StageRuntime, target: Receiver, keep: (id: string, state: Stateful) => void): void {
  const ring = (time: number): void => target.one(time, [time]);
  if (at === 'start') {
    stage.start.announce(ring);
    return;
  }
  const next = (time: number): number | undefined => ('every' in at ? time + at.every : at.cron.next(time));
  const wait = (time: number): void => {
    const then = next(time);
    if (then !== undefined) alarm.at(then);
  };
  const alarm = stage.alarm((time) => {
    ring(time);
    wait(time);
  });
  stage.start.add(wait);
  keep(`trigger ${name}`, alarm);
}
