import type { OutputEvent } from '../../runtime/query-output.ts';
import { CURRENT, EXPIRED, type EventType } from '../stage.ts';
import type { Match } from './match.ts';

/** What the selection made of a match, to be put out when the event at hand has been offered to all steps. */
export interface Selected {
  match: Match;
  event: OutputEvent;
}

/**
 * A match that several steps ended is one thing in Siddhi: each chunk shows it as it was selected last, and goes on after it with
 * what follows it in the last chunk that it is in.
 */
export function asLastSeen(groups: readonly (readonly Selected[])[]): Selected[][] {
  const latest = new Map<Match, Selected>();
  const following = new Map<Match, Match | undefined>();
  for (const group of groups) {
    group.forEach((selected, index) => {
      latest.set(selected.match, selected);
      following.set(selected.match, group[index + 1]?.match);
    });
  }
  return groups.map(([first]) => {
    const chunk: Selected[] = [];
    const seen = new Set<Match>();
    for (let match = first?.match; match !== undefined && !seen.has(match); match = following.get(match)) {
      seen.add(match);
      const selected = latest.get(match);
      if (selected !== undefined) chunk.push(selected);
    }
    return chunk;
  });
}

/** One that was given up and still came to its end leaves instead of arriving. */
export function typeOf(match: Match): EventType {
  return match.expired ? EXPIRED : CURRENT;
}
