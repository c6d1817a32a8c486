import { opensAt } from '@selvedge/edge-runtime/protocol';
import { MinHeap } from '../kernel/min-heap.ts';
import type { RolloutPolicy } from './schema.ts';

const minuteMs = 60_000;

/** A node that is to be told, with the others of its group under `maxUnavailablePer`. */
export interface ToTell {
  group: string | null;
  /** How long it takes from being told to its report, in milliseconds, apart from windows of its own. */
  ms: number;
  /** Whether it has to fetch anything. */
  fetches: boolean;
}

/** When a rollout is done in which no node fails, comes or goes, each wave in the turn of its nodes. */
export interface Scheduling {
  policy: RolloutPolicy;
  /** How many may be between being told and reporting. */
  inFlightMax: number;
  waves: readonly {
    nodes: readonly ToTell[];
    /** How long it waits at least before it bakes, for nodes that do not come. */
    waitsMs: number;
  }[];
  startsAt: number;
  /** Until the control plane does the next thing after each report. */
  noticeMs: number;
}

/** Costs a heap's turn a node, and no more where every node has another group. */
export function endOf({ policy, inFlightMax, waves, startsAt, noticeMs }: Scheduling): number {
  const mayTell = (at: number): number => opensAt(policy.windows, Math.max(at, policy.notBefore ?? 0));
  const told: number[] = [];
  let now = mayTell(startsAt);
  for (const { nodes, waitsMs } of waves) {
    const began = mayTell(now);
    const reported = tellAll({ nodes, policy, inFlightMax, noticeMs, began, mayTell, told });
    now = Math.max(reported, began + waitsMs) + policy.bakeSeconds * 1000 + noticeMs;
  }
  return mayTell(now);
}

interface Wave extends Pick<Scheduling, 'policy' | 'inFlightMax' | 'noticeMs'> {
  nodes: readonly ToTell[];
  began: number;
  mayTell: (at: number) => number;
  /** When nodes were told, over all waves. */
  told: number[];
}

/** Nodes of a group in their turn: `next` is the first that was not told, and so many at most may be under way. */
interface Group {
  places: readonly number[];
  next: number;
  inFlight: number;
  most: number;
}

/** When the last node of a wave has reported. */
function tellAll({ nodes, policy, inFlightMax, noticeMs, began, mayTell, told }: Wave): number {
  const groups = [...Map.groupBy(nodes.keys(), (place) => nodes[place]?.group ?? null)].map(([group, places]): Group => ({ places, next: 0, inFlight: 0, most: group === null ? Number.POSITIVE_INFINITY : (policy.maxUnavailablePer?.nodes ?? Number.POSITIVE_INFINITY) }));
  const waiting = new MinHeap<Group>();
  const queue = (group: Group): void => {
    const place = group.places[group.next];
    if (place !== undefined && group.inFlight < group.most) waiting.push(place, group);
  };
  groups.forEach(queue);
  const underWay = new MinHeap<Group>();
  let [now, last] = [began, began];
  for (;;) {
    const back = underWay.first;
    if (back !== undefined && (back.key <= now || waiting.size === 0 || underWay.size >= inFlightMax)) {
      underWay.pop();
      now = Math.max(now, back.key);
      const wasFull = back.item.inFlight === back.item.most;
      back.item.inFlight -= 1;
      if (wasFull) queue(back.item);
      continue;
    }
    const group = waiting.first?.item;
    if (group === undefined) return last;
    const turn = mayTell(Math.max(now, policy.perMinute === null ? now : (told[told.length - policy.perMinute] ?? 0) + minuteMs));
    if (turn > now) {
      now = turn;
      continue;
    }
    waiting.pop();
    const node = nodes[group.places[group.next] ?? -1];
    if (node === undefined) return last;
    group.next += 1;
    group.inFlight += 1;
    told.push(now);
    const begins = node.fetches ? opensAt(policy.downloadWindows, now) : now;
    const reports = opensAt(policy.activateWindows, begins + node.ms) + noticeMs;
    underWay.push(reports, group);
    last = Math.max(last, reports);
    queue(group);
  }
}
