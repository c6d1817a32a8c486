import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Arrivals } from './arrivals.ts';
import { Match, type Taken } from './match.ts';
import { isOver, type StepSetting } from './step-setting.ts';
import { MatchQueue } from './waiting.ts';
import { WatchedWaiting } from './watched-waiting.ts';

const setting: StepSetting = { sequence: false, slots: 2, within: 50, starts: [0] };

function matchOf(time: number | undefined, key: number): Match {
  const match = new Match([time === undefined ? null : { t: time, r: [key] }, null]);
  if (time !== undefined) match.time = time;
  return match;
}

/** Times that mostly go on, with some that come late or far too early. */
const times = fc.array(fc.record({ step: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 4 }) }, { weight: 1, arbitrary: fc.integer({ min: -80, max: 80 }) }), begun: fc.boolean(), key: fc.integer({ min: 0, max: 3 }), looks: fc.boolean() }), { minLength: 1, maxLength: 300 });

test('what arrived and is over is found by time as by looking at each', () => {
  fc.assert(
    fc.property(times, (steps) => {
      const arrivals = new Arrivals(setting);
      let each: Match[] = [];
      let now = 1000;
      for (const { step, begun, key, looks } of steps) {
        now += step;
        const match = matchOf(begun || key > 0 ? now : undefined, key);
        arrivals.push(match);
        each.push(match);
        if (!looks) continue;
        const over = each.filter((one) => isOver(one, now, setting));
        each = each.filter((one) => !over.includes(one));
        expect(arrivals.takeOver(now)).toEqual(over);
        expect(arrivals.size).toBe(each.length);
      }
      const waiting = new MatchQueue();
      const held = arrivals.held();
      arrivals.settleIn(waiting);
      expect(held).toEqual(each);
      expect(new Set(waiting.held())).toEqual(new Set(each));
    }),
  );
});

test('what waited long enough for nothing is found by time as by looking at each, and what an event ends by its key', () => {
  const wait = 20;
  fc.assert(
    fc.property(times, (steps) => {
      const waiting = new WatchedWaiting(wait, { ofEvent: (row) => row[0], ofMatch: ([first]) => (first == null || Array.isArray(first) ? null : first.r[0]) }, setting);
      let each: Match[] = [];
      let now = 1000;
      for (const { step, begun, key, looks } of steps) {
        now += step;
        const match = matchOf(now, key);
        waiting.add(match);
        each.push(match);
        if (begun) {
          const event: Taken = { t: now, r: [key] };
          // An event ends every other match of its key.
          const ends = (one: Match): boolean => one.slots[0] !== null && !Array.isArray(one.slots[0]) && one.slots[0]?.r[0] === key && one.time % 2 === 0;
          waiting.offer(event, [], { stays: (one) => !ends(one) });
          each = each.filter((one) => !ends(one));
        }
        if (looks) {
          const leaves = (one: Match): boolean => isOver(one, now, setting) || one.time + wait <= now;
          const gone: Match[] = [];
          waiting.takeDue(now, (one) => leaves(one) && gone.push(one) > 0);
          expect(gone).toEqual(each.filter(leaves));
          each = each.filter((one) => !leaves(one));
        }
        expect(waiting.held()).toEqual(each);
        expect(waiting.oldest).toBe(each[0]);
      }
    }),
  );
});
