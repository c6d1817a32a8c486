import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { identityOf } from '../link/identity.ts';
import { receiptSchema } from '../protocol/index.ts';
import { VolatileDisk } from '../sim/volatile-disk.ts';
import { ConditionTable, reportOf } from './report.ts';
import { Receipts } from './receipts.ts';

const activation = { running: undefined, converged: undefined, current: undefined, desired: undefined, progress: undefined, failure: undefined, rejection: undefined, hold: undefined, waiting: undefined };
const facts = { organization: 'o', node: 'n', at: 1, agentVersion: '0.3.0', recordsThrough: 0, report: reportOf({ activation, path: undefined, trouble: undefined, now: 1 }, new ConditionTable()) };

test('no number is given out twice, wherever the power goes while one is written', async () => {
  const identity = await identityOf(generateKeyPairSync('ed25519').privateKey);
  for (const kept of [0, 0.99]) {
    const disk = new VolatileDisk(() => kept);
    const given: number[] = [];
    for (let power = 1; power <= 12; power += 1) {
      // The power goes at the n-th thing that is done at the disk; what was given out before that counts.
      let left = power;
      const cutting = new Proxy(disk, {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name, target);
          if (typeof value !== 'function') return value;
          return async (...args: unknown[]) => {
            left -= 1;
            if (left > 0) return Reflect.apply(value, target, args);
            target.cut();
            throw new Error('the power is gone');
          };
        },
      });
      const receipts = new Receipts('/node', identity, cutting);
      for (let count = 0; count < 4; count += 1) {
        try {
          given.push(receiptSchema.parse(JSON.parse((await receipts.write(facts)).payload)).number);
        } catch (error) {
          expect(error).toMatchObject({ message: 'the power is gone' });
          break;
        }
      }
    }
    expect(given.length).toBeGreaterThan(3);
    expect(new Set(given).size).toBe(given.length);
    expect(given).toEqual(given.toSorted((a, b) => a - b));
  }
});
