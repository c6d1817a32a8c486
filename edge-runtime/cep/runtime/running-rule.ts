import type { RunningPartition } from './partition.ts';
import type { Alarm } from './timers.ts';

/** What one rule, a query or a partition, has taken of the app around it, to be given back when it goes. */
export class RunningRule {
  /** The names of its queries. */
  readonly queries: readonly string[];
  /** What it remembers, by the names that snapshots have. */
  readonly kept: string[] = [];
  readonly partitions: RunningPartition[] = [];
  /** Ways of its own between stages. */
  ports: readonly string[] = [];
  /** How many ways between stages there were when it began. */
  readonly portsBefore: number;
  private readonly leaving: (() => void)[] = [];
  private readonly alarms: Alarm[] = [];

  constructor(queries: readonly string[], portsBefore: number) {
    this.queries = queries;
    this.portsBefore = portsBefore;
  }

  /** Called when it goes. */
  leaves(leave: () => void): void {
    this.leaving.push(leave);
  }

  rings(alarm: Alarm): Alarm {
    this.alarms.push(alarm);
    return alarm;
  }

  end(): void {
    for (const leave of this.leaving) leave();
    for (const alarm of this.alarms) alarm.clear();
    for (const partition of this.partitions) partition.close();
  }
}
