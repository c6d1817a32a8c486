import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Arrivals } from './arrivals.ts';
import { Match, type Taken } from './match.ts';
import { MatchList } from './match-list.ts';
import { isOver, type StepSetting } from './step-setting.ts';
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
        arrivals.add(match);
        each.push(match);
        if (!looks) continue;
        const over = each.filter((one) => isOver(one, now, setting));
        each = each.filter((one) => !over.includes(one));
        expect(arrivals.takeOver(now)).toEqual(over);
        expect(arrivals.size).toBe(each.length);
      }
      const waiting = new MatchList(setting);
      const held = arrivals.held();
      arrivals.settleIn(waiting);
      expect(held).toEqual(each);
      expect(new Set(waiting.held())).toEqual(new Set(each));
    }),
  );
});

/** What waits `wait` for nothing, with and without a value by which it is found. */
const KEPT: [how: string, make: (wait: number) => MatchList | WatchedWaiting][] = [
  ['in a list', (wait) => new MatchList(setting, ({ time }) => time + wait)],
  ['by its key', (wait) => new WatchedWaiting(({ time }) => time + wait, { ofEvent: (row) => row[0], ofMatch: ([first]) => (first == null || Array.isArray(first) ? null : first.r[0]) }, setting)],
];

test.each(KEPT)('what waited long enough for nothing, %s, is found by time as by looking at each, whatever an event ends between', (_, make) => {
  const wait = 20;
  fc.assert(
    fc.property(times, (steps) => {
      const waiting = make(wait);
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
        if (step < 0) {
          waiting.dropOldest();
          each.shift();
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
