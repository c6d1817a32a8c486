import { byTime, type Match } from './match.ts';
import { FEW, MatchList } from './match-list.ts';
import { isOver } from './step-setting.ts';
import type { Waiting } from './waiting.ts';

const NONE: readonly Match[] = [];

/**
 * The matches that came to a step since its stream's last event. They begin to wait with the next one, which may be long in
 * coming.
 */
export class Arrivals extends MatchList {
  /** All begin to wait, by the time of what they took last. */
  settleIn(waiting: Waiting): void {
    const { matches } = this;
    if (matches.length === 0) return;
    const [only] = matches;
    if (matches.length === 1 && only !== undefined) waiting.add(only);
    else for (const match of this.held().sort(byTime)) waiting.add(match);
    this.clear();
  }

  /** Takes out those whose `within` is over at `time`. */
  takeOver(time: number): readonly Match[] {
    if (!this.mayBeOver(time)) return NONE;
    const over: Match[] = [];
    this.takeDue(time, (match) => isOver(match, time, this.setting) && over.push(match) > 0);
    return over;
  }

  /** Whether one of a few is over, which is seldom, or they are many and asked by their time. */
  private mayBeOver(time: number): boolean {
    if (this.matches.length > FEW) return true;
    for (const match of this.matches) if (match !== undefined && isOver(match, time, this.setting)) return true;
    return false;
  }
}
