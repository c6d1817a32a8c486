import type { Disk } from '../../edge-runtime/kernel/disk.ts';

/**
 * A disk as one process has it. Before and after each thing that it does the process may have ended: then nothing comes of it any
 * more. `moment` is asked each time, takes as long as the disk takes, and says whether the process lives.
 */
export function mortalDisk(disk: Disk, moment: () => Promise<boolean>): Disk {
  const never = new Promise<never>(() => undefined);
  const during = async <Value>(act: () => Promise<Value>): Promise<Value> => {
    if (!(await moment())) return never;
    const value = await act();
    return (await moment()) ? value : never;
  };
  return {
    async open(path, how, mode) {
      const file = await during(() => disk.open(path, how, mode));
      return { write: (bytes) => during(() => file.write(bytes)), sync: () => during(() => file.sync()), close: () => during(() => file.close()) };
    },
    read: (path) => during(() => disk.read(path)),
    chunks: (path) => disk.chunks(path),
    facts: (path) => during(() => disk.facts(path)),
    list: (folder) => during(() => disk.list(folder)),
    makeFolder: (folder) => during(() => disk.makeFolder(folder)),
    rename: (from, to) => during(() => disk.rename(from, to)),
    remove: (path) => during(() => disk.remove(path)),
    syncFolder: (folder) => during(() => disk.syncFolder(folder)),
    freeBytes: (folder) => during(() => disk.freeBytes(folder)),
  };
}
