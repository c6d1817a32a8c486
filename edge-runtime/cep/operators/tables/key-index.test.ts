import { describe, expect, it } from 'vitest';
import { randomOf } from '../../testing/edited-rules.ts';
import { homeOf, KeyIndex } from './key-index.ts';
import { PlaceOrder } from './place-order.ts';

/** Keys that differ in little: numbers beside the texts of them, what is too long or too wide to stand in a slot, what is neither. */
const ALIKE: readonly unknown[] = ['', '\0', 'a', 'a\0', 'ab\0', '\0a', 'abcdefgh', 'abcdefghi', 'abcdefg\u0100', 'é', 'e\u0301', '日本', 0, 1, -1, 0.5, 2 ** 31, 2 ** 40, -(2 ** 31), 1e300, Number.POSITIVE_INFINITY, Number.NaN, '0', '1', 'NaN', null, undefined, true, false, 5n, 2n ** 70n];

/** Keys that all belong into one slot. */
const TOGETHER = Array.from({ length: 500_000 }, (_, key) => key).filter((key) => (homeOf(key, 0) & 4095) === 5).slice(0, 100);

describe('an index of keys', () => {
  it.each([
    ['numbers', (draw: number) => draw],
    ['short texts', (draw: number) => `k${draw}`],
    ['long texts', (draw: number) => `sensor-of-hall-${draw}`],
    ['fractions', (draw: number) => draw / 7],
    ['keys that are alike', (draw: number) => ALIKE[draw % ALIKE.length]],
    ['keys that belong into one slot', (draw: number) => TOGETHER[draw % TOGETHER.length]],
  ])('finds what a map finds, of %s', (_, keyOf) => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = randomOf(seed);
      const keys: unknown[] = [];
      const values: unknown[] = [];
      const index = new KeyIndex((place) => keys[place], (place) => values[place]);
      const map = new Map<unknown, number>();
      // One that carries from the beginning, one from the middle on.
      let column = seed % 2 === 0 ? index.carry(0) : undefined;
      for (let left = 3000; left > 0; left--) {
        const key = keyOf(random(400));
        const known = map.get(key);
        if (known === undefined) {
          const place = keys.push(key) - 1;
          values.push(seed % 3 === 0 && place % 50 === 9 ? null : place / 2);
          index.add(key, place);
          map.set(key, place);
          continue;
        }
        const change = random(3);
        if (change === 0) {
          index.remove(key);
          map.delete(key);
        } else if (change === 1) {
          values[known] = random(1000);
          index.changed(key);
        }
      }
      column ??= index.carry(0);
      for (let draw = 0; draw < 400; draw++) {
        const slot = index.slotOf(keyOf(draw));
        if (slot >= 0) expect(index.carried.columns[column ?? -1]?.[slot]).toBe(values[index.placeIn(slot)]);
      }
      for (let draw = 0; draw < 400; draw++) expect(index.find(keyOf(draw)), `seed ${seed}, ${String(keyOf(draw))}`).toBe(map.get(keyOf(draw)) ?? -1);
      index.clear();
      expect(index.find(keyOf(0))).toBe(-1);
    }
  });

  it('takes 0 and -0 for one', () => {
    const index = new KeyIndex(() => 0);
    index.add(-0, 3);
    expect(index.find(0)).toBe(3);
  });
});

describe('places', () => {
  it('are walked through in the order in which they were taken, and used again', () => {
    const places = new PlaceOrder();
    const expected: number[] = [];
    const random = randomOf(7);
    for (let left = 2000; left > 0; left--) {
      if (random(5) > 1 || expected.length === 0) expected.push(places.take());
      else places.give(expected.splice(random(expected.length), 1)[0] ?? 0);
    }
    expect([...places]).toEqual(expected);
    expect(places.size).toBe(expected.length);
    expect(places.capacity).toBeLessThan(2 * Math.max(...expected));
  });
});
