import { expect, it } from 'vitest';
import type { Alike } from '../../server/nodes/schema.ts';
import { cellAt, cellByKey, cellTone, cornerOf, layCells } from './cell-layout.ts';

const well = (nodes: number, fleet: Alike['fleet'] = null): Alike => ({ fleet, health: 'Healthy', sync: 'Synced', nodes });
const corners = (layout: ReturnType<typeof layCells>) => layout.cells.map((_, place) => cornerOf(layout, place));

it('fits every node in the box, large when few and small when many', () => {
  for (const many of [1, 40, 412, 2500]) {
    const layout = layCells([well(many)], 340, 232);
    expect(layout.cells).toHaveLength(many);
    expect(layout.height).toBeLessThanOrEqual(232);
    expect(Math.max(...corners(layout).map(({ x }) => x + layout.size))).toBeLessThanOrEqual(340);
  }
  expect(layCells([well(412)], 340, 232).size).toBeGreaterThan(layCells([well(4000)], 340, 232).size);
});

it('has a cell for each of 10,000 nodes where the box is as wide as the overview gives it', () => {
  const { perCell, cells, height } = layCells([well(10_000)], 730, 352);
  expect([perCell, cells.length, height <= 352]).toEqual([1, 10_000, true]);
});

it('never draws outside the box and leaves no node out, however many there are', () => {
  const layout = layCells([well(10_000)], 340, 232);
  expect(Math.max(...corners(layout).map(({ y }) => y + layout.size))).toBeLessThanOrEqual(232);
  expect(layout.cells.reduce((sum, cell) => sum + cell.count, 0)).toBe(10_000);
});

it('shows trouble first within its fleet, and hides none where a cell stands for several nodes', () => {
  const fleets = ['a', 'b'].map((id) => ({ id, name: id }));
  const trouble = fleets.flatMap((fleet): Alike[] => [well(4_949, fleet), { ...well(50, fleet), health: 'Offline' }, { ...well(1, fleet), sync: 'Applying' }]);
  const { cells, perCell } = layCells(trouble, 340, 232);
  expect(perCell).toBeGreaterThan(1);
  for (const { id } of fleets) {
    const ofFleet = cells.filter(({ alike }) => alike.fleet?.id === id);
    const tones = ofFleet.map(({ alike }) => cellTone(alike));
    const critical = Math.ceil(50 / perCell);
    expect(tones.filter((tone) => tone === 'critical')).toHaveLength(critical);
    expect(tones.slice(0, critical).every((tone) => tone === 'critical')).toBe(true);
    expect(ofFleet.reduce((sum, { count }) => sum + count, 0)).toBe(5_000);
  }
});

it('knows each node by its place among those that look as it does', () => {
  const { cells } = layCells([well(3), { ...well(2), health: 'Offline' }], 340, 232);
  expect(cells.map(({ alike, index }) => `${alike.health} ${index}`)).toEqual(['Offline 0', 'Offline 1', 'Healthy 0', 'Healthy 1', 'Healthy 2']);
});

it('draws nothing before its width is known', () => expect(layCells([well(3)], 0, 232).cells).toEqual([]));

it('shows the worse of the two axes', () => {
  expect(cellTone({ health: 'Offline', sync: 'Synced' })).toBe('critical');
  expect(cellTone({ health: 'Healthy', sync: 'Applying' })).toBe('info');
  expect(cellTone({ health: 'Degraded', sync: 'Applying' })).toBe('notice');
  expect(cellTone({ health: 'NeverSeen', sync: 'Unknown' })).toBe('neutral');
});

it('finds the cell at a point, and none beside them', () => {
  const layout = layCells([well(41)], 340, 232);
  for (const place of [0, layout.columns - 1, layout.columns, 40]) {
    const { x, y } = cornerOf(layout, place);
    expect(cellAt(layout, x, y)).toBe(place);
    expect(cellAt(layout, x + layout.size, y + layout.size)).toBe(place);
  }
  const { x, y } = cornerOf(layout, 40);
  expect([cellAt(layout, x + layout.size + layout.gap, y), cellAt(layout, layout.columns * (layout.size + layout.gap), 0), cellAt(layout, 0, 231)]).toEqual([null, null, null]);
});

it('is walked with the arrows, a row at a time up and down, and never left by them', () => {
  const layout = layCells([well(40)], 340, 232);
  const { columns } = layout;
  const by = (from: number | null, key: string) => cellByKey(layout, from, key);
  expect([by(null, 'ArrowRight'), by(0, 'ArrowRight'), by(0, 'ArrowDown'), by(columns, 'ArrowUp'), by(5, 'Home'), by(5, 'End')]).toEqual([0, 1, columns, 0, 0, 39]);
  expect([by(0, 'ArrowLeft'), by(39, 'ArrowRight'), by(39, 'ArrowDown')]).toEqual([0, 39, 39]);
  expect([by(3, 'Tab'), by(3, 'a')]).toEqual([undefined, undefined]);
});
