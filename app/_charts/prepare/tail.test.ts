import { describe, expect, it } from 'vitest';
import { addRows, numericAttributes, splitRows, tailLimits, tailLines, tailWindow, thin, usualStep, type TailRow } from './tail.ts';

const row = (at: number, ...values: TailRow['values']): TailRow => ({ at, values });

describe('the tail of a stream', () => {
  it('keeps a minute and no more', () => {
    expect(addRows([row(0, 1)], [row(61_000, 2)])).toEqual([row(61_000, 2)]);
    const many = Array.from({ length: tailLimits.rowsMax + 10 }, (_, index) => row(index, index));
    expect(addRows([], many)).toHaveLength(tailLimits.rowsMax);
  });
  it('finds what can be drawn', () => {
    expect(numericAttributes(['loop', 'flow', 'open'], [row(1, 'a', 2.5, true)])).toEqual([{ name: 'flow', index: 1 }]);
  });
  it('does not draw what tells the time of its row', () => {
    const at = Date.UTC(2026, 10, 23);
    expect(numericAttributes(['at', 'flow'], [row(at, at - 40, 2.5), row(at + 1000, at + 950, 2.5)])).toEqual([{ name: 'flow', index: 1 }]);
  });
  it('shows a minute, and less while there is less', () => {
    expect(tailWindow([row(50_000, 1), row(52_000, 1)])).toEqual({ from: 42_000, to: 52_000 });
    expect(tailWindow([row(0, 1), row(59_000, 1)])).toEqual({ from: 0, to: 59_000 });
    expect(tailWindow([row(0, 1), row(70_000, 1)])).toEqual({ from: 10_000, to: 70_000 });
  });
  it('knows the usual distance between rows', () => {
    expect(usualStep([row(0), row(100), row(200), row(9000)])).toBe(500);
    expect(usualStep([row(0), row(4000), row(8000)])).toBe(8000);
    expect(usualStep([row(0), row(0), row(2000), row(2000), row(4000)])).toBe(4000);
  });
  it('draws a line for each of what the rows are of', () => {
    const rows = [row(0, 'loop-1', 5), row(0, 'loop-2', 9), row(1000, 'loop-1', 6), row(1000, 'loop-2', 8)];
    const lines = tailLines({ name: 'flow', index: 1 }, rows, splitRows(['loop', 'flow'], rows), 100);
    expect(lines.map((line) => [line.key, line.points.map((point) => point.value)])).toEqual([['loop-1', [5, 6]], ['loop-2', [9, 8]]]);
    expect(splitRows(['flow'], [row(0, 1), row(1, 2)])).toBeNull();
  });
  it('thins without losing a peak', () => {
    const rows = Array.from({ length: 5000 }, (_, index) => row(index, index === 2501 ? 99 : 1));
    const points = thin(rows, 0, 100);
    expect(points.length).toBeLessThanOrEqual(200);
    expect(points.some((point) => point.value === 99)).toBe(true);
  });
});
