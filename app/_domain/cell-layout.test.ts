import { expect, it } from 'vitest';
import { cellByKey, cellTone, columnsOf, layCells, type NodeCell } from './cell-layout.ts';

const nodes = (many: number): NodeCell[] => Array.from({ length: many }, (_, index) => ({ id: String(index), name: String(index), fleet: null, health: 'Healthy', sync: 'Synced' }));

it('fits every node in the box, large when few and small when many', () => {
  for (const many of [1, 40, 412, 2500]) {
    const layout = layCells(nodes(many), 340, 232);
    expect(layout.cells).toHaveLength(many);
    expect(layout.height).toBeLessThanOrEqual(232);
    expect(Math.max(...layout.cells.map((cell) => cell.x + layout.size))).toBeLessThanOrEqual(340);
  }
  expect(layCells(nodes(412), 340, 232).size).toBeGreaterThan(layCells(nodes(4000), 340, 232).size);
});

it('never draws outside the box and leaves no node out, however many there are', () => {
  const layout = layCells(nodes(10_000), 340, 232);
  expect(Math.max(...layout.cells.map((cell) => cell.y + layout.size))).toBeLessThanOrEqual(232);
  expect(layout.cells.reduce((sum, cell) => sum + cell.count, 0)).toBe(10_000);
});

it('shows trouble first within its fleet, and hides none where a cell stands for several nodes', () => {
  const trouble = nodes(10_000).map((node, index): NodeCell => ({ ...node, fleet: index < 5000 ? 'a' : 'b', health: index % 100 === 3 ? 'Offline' : 'Healthy' }));
  const { cells, perCell } = layCells(trouble, 340, 232);
  expect(perCell).toBeGreaterThan(1);
  for (const fleet of ['a', 'b']) {
    const tones = cells.filter(({ node }) => node.fleet === fleet).map(({ node }) => cellTone(node));
    const critical = tones.filter((tone) => tone === 'critical').length;
    expect(critical).toBe(Math.ceil(50 / perCell));
    expect(tones.slice(0, critical).every((tone) => tone === 'critical')).toBe(true);
  }
});

it('draws nothing before its width is known', () => expect(layCells(nodes(3), 0, 232).cells).toEqual([]));

it('shows the worse of the two axes', () => {
  expect(cellTone({ health: 'Offline', sync: 'Synced' })).toBe('critical');
  expect(cellTone({ health: 'Healthy', sync: 'Applying' })).toBe('info');
  expect(cellTone({ health: 'Degraded', sync: 'Applying' })).toBe('notice');
  expect(cellTone({ health: 'NeverSeen', sync: 'Unknown' })).toBe('neutral');
});

it('is walked with the arrows, a row at a time up and down, and never left by them', () => {
  const layout = layCells(nodes(40), 340, 232);
  const columns = columnsOf(layout.size, 340);
  const by = (from: number | null, key: string) => cellByKey(layout, from, key, columns);
  expect([by(null, 'ArrowRight'), by(0, 'ArrowRight'), by(0, 'ArrowDown'), by(columns, 'ArrowUp'), by(5, 'Home'), by(5, 'End')]).toEqual([0, 1, columns, 0, 0, 39]);
  expect([by(0, 'ArrowLeft'), by(39, 'ArrowRight'), by(39, 'ArrowDown')]).toEqual([0, 39, 39]);
  expect([by(3, 'Tab'), by(3, 'a')]).toEqual([undefined, undefined]);
});
