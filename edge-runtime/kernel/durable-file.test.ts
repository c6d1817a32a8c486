import { describe, expect, test, vi } from 'vitest';
import { VolatileDisk } from '../sim/volatile-disk.ts';
import { readFileIfThere, writeFileDurably } from './durable-file.ts';

const path = '/node/state.json';
/** Keeps nothing that was not flushed. */
const forgetful = (): VolatileDisk => new VolatileDisk(() => 0.99);

describe('a file that is written durably', () => {
  test('is there after a power cut, and the one before it until then', async () => {
    const disk = forgetful();
    await writeFileDurably(path, 'one', { disk });
    await writeFileDurably(path, 'two', { disk, between: async () => disk.cut() }).catch(() => undefined);
    expect(await readFileIfThere(path, disk)).toBe('one');
    await writeFileDurably(path, 'three', { disk });
    disk.cut();
    expect(await readFileIfThere(path, disk)).toBe('three');
  });

  test('is there for good once it was read, also where who wrote it was killed before flushing its name', async () => {
    const disk = forgetful();
    await writeFileDurably(path, 'one', { disk });
    const killing = vi.spyOn(disk, 'syncFolder').mockRejectedValue(new Error('killed'));
    await expect(writeFileDurably(path, 'two', { disk })).rejects.toThrow('killed');
    killing.mockRestore();
    expect(await readFileIfThere(path, disk)).toBe('two');
    disk.cut();
    expect(await readFileIfThere(path, disk)).toBe('two');
  });

  test('and on a disk without room the one before stays', async () => {
    const disk = forgetful();
    await writeFileDurably(path, 'one', { disk });
    disk.isFull = true;
    await expect(writeFileDurably(path, 'two', { disk })).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await readFileIfThere(path, disk)).toBe('one');
  });
});
