import type { Match, Taken } from './match.ts';

/** Who tries a match with an event: false when the match does not wait any longer. */
export interface Trial {
  stays(match: Match, event: Taken, ended: Match[]): boolean;
}

/** The matches that wait at a step, oldest first. */
export interface Waiting {
  readonly size: number;
  readonly oldest: Match | undefined;
  add(match: Match): void;
  dropOldest(): void;
  /** Tries those that the event may concern. */
  offer(event: Taken, ended: Match[], trial: Trial): void;
  held(): readonly Match[];
  clear(): void;
}
