import type { SessionSource } from './sources.ts';
import type { RuleRunner } from './rule-runner.ts';

/** Events may come this much later than their time before time moves on without them. */
const latenessMs = 100;

export interface RuleTimer {
  runner: RuleRunner;
  /** How long until the clock may bring the time that the rule waits for; zero or less where it may now. */
  inMs: number;
  /** The time to move the rule to. */
  time: number;
}

/** Rules that wait for a time while nothing that would be older is on its way to them from their sources or models. */
export function ruleTimers(runners: ReadonlyMap<string, RuleRunner>, sources: readonly SessionSource[], now: number): RuleTimer[] {
  return [...runners.values()].flatMap((runner) => {
    const at = runner.nextTimer();
    const eventTime = runner.timeAt(now);
    if (at === undefined || eventTime === undefined || runner.pending > 0) return [];
    if (!sources.every(({ source, rule }) => rule !== runner.plan.name || source.isCaughtUp())) return [];
    const time = eventTime - latenessMs;
    return [{ runner, inMs: at - time, time }];
  });
}
