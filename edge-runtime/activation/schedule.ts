import { type Assignment, openingOf, opensAt } from '../protocol/index.ts';
import { type ActivationProgress, progressOf } from './executors.ts';
import type { VerifiedDesired } from './verify.ts';

/** When the window opens that fetching, or switching, waits for; undefined where it need not wait. Milliseconds since 1970. */
export interface Waiting {
  readonly download: number | undefined;
  readonly activate: number | undefined;
}

/** What an assignment's schedule keeps the node from doing now; undefined when nothing. */
export function waitingOf({ schedule }: Pick<Assignment, 'schedule'>, now: number): Waiting | undefined {
  if (schedule === undefined) return undefined;
  const [download, activate] = [schedule.download, schedule.activate].map((windows) => (openingOf(windows, now).open ? undefined : opensAt(windows, now)));
  return download === undefined && activate === undefined ? undefined : { download, activate };
}

/** How a staged bundle is shown while it waits to be switched to; undefined when it need not. */
export function stagedProgress(desired: VerifiedDesired, waiting: Waiting | undefined): ActivationProgress | undefined {
  if (waiting?.activate === undefined) return undefined;
  return progressOf(desired, 'Staged', `Generation ${desired.generation} is fetched, verified and was built; it is switched to when its window opens, at ${new Date(waiting.activate).toISOString()} by the clock of this node.`);
}

/** How long it is until the next of the windows opens; for ever when none is waited for. */
export function opensInMs(waiting: Waiting | undefined, now: number): number {
  const opens = [waiting?.download, waiting?.activate].flatMap((at) => (at === undefined ? [] : [Math.max(1, at - now)]));
  return Math.min(Number.POSITIVE_INFINITY, ...opens);
}
