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

/** Room of so many that left is not worth giving back. */
const ROOM = 32;

/** Matches in a row. */
export class MatchQueue implements Waiting {
  private matches: Match[] = [];
  private head = 0;

  get size(): number {
    return this.matches.length - this.head;
  }

  get oldest(): Match | undefined {
    return this.matches[this.head];
  }

  add(match: Match): void {
    this.matches.push(match);
  }

  dropOldest(): void {
    this.head++;
    if (this.head < ROOM || this.head * 2 < this.matches.length) return;
    this.matches = this.matches.slice(this.head);
    this.head = 0;
  }

  offer(event: Taken, ended: Match[], trial: Trial): void {
    const { matches } = this;
    let kept = 0;
    for (let index = this.head; index < matches.length; index++) {
      const match = matches[index];
      if (match !== undefined && trial.stays(match, event, ended)) matches[kept++] = match;
    }
    matches.length = kept;
    this.head = 0;
  }

  /** Leaves those alone of which `stays` is true. */
  retain(stays: (match: Match) => boolean): void {
    const { matches } = this;
    let kept = 0;
    for (let index = this.head; index < matches.length; index++) {
      const match = matches[index];
      if (match !== undefined && stays(match)) matches[kept++] = match;
    }
    matches.length = kept;
    this.head = 0;
  }

  held(): readonly Match[] {
    return this.head === 0 ? this.matches : this.matches.slice(this.head);
  }

  clear(): void {
    this.matches.length = 0;
    this.head = 0;
  }
}
