import { describe, expect, test } from 'vitest';
import type { EventBatch } from './event-batch.ts';
import { Intake } from './intake.ts';

const batch = (rows: number): EventBatch => ({ source: 's', partition: '0', from: 1, to: rows, arrivedAtUs: 0, times: Array.from({ length: rows }, () => 0), rows: Array.from({ length: rows }, () => []), refused: [], bytes: rows });

describe('the intake', () => {
  test('has its sources wait while it is full, by rows or by bytes, and no longer', async () => {
    const intake = new Intake({ rowsMax: 10, bytesMax: 100 });
    expect(intake.put(batch(9))).toBeUndefined();
    const room = intake.put(batch(2));
    expect(room).toBeInstanceOf(Promise);
    expect(intake.isFull).toBe(true);
    intake.take();
    await room;
    expect(intake.isFull).toBe(false);
    expect(intake.put({ ...batch(1), bytes: 200 })).toBeInstanceOf(Promise);
  });

  test('counts what could not be read, which brings no rows and need not have a byte', () => {
    const intake = new Intake({ rowsMax: 10, bytesMax: 100 });
    const refused = Array.from({ length: 10 }, (_, index) => ({ position: index, index: 0, reason: 'not JSON', raw: '' }));
    expect(intake.put({ ...batch(0), refused })).toBeInstanceOf(Promise);
    intake.take();
    expect(intake.isFull).toBe(false);
  });

  test('once its path has ended, nothing waits for room that will never be', async () => {
    const intake = new Intake({ rowsMax: 1, bytesMax: 100 });
    const room = intake.put(batch(1));
    intake.release();
    await room;
    expect(intake.put(batch(1))).toBeUndefined();
  });
});
