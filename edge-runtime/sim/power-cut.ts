import { existsSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import fsPromises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, resolve } from 'node:path';

/** What becomes of what was written and not flushed: a killed process leaves it to the system, a power cut takes it away. */
export type Fate = 'kill' | 'power';

/** The moments at which a process can end, and what changed the disk so far. */
export interface PlantedCrash {
  readonly changes: readonly string[];
  /** One more moment. */
  moment(): void;
}

/**
 * Ends this process at its n-th moment: each flush, write, rename and removal has one before and one after. With `power` everything is
 * taken back first that no flush has made lasting: bytes since the last flush of their file, and names since the last flush of their folder.
 */
export async function plantCrash(folder: string, killAt: number, fate: Fate): Promise<PlantedCrash> {
  const disk = new VolatileDisk();
  const changes: string[] = [];
  let moments = 0;
  const moment = (): void => {
    moments += 1;
    if (moments !== killAt) return;
    if (fate === 'power') disk.cut();
    process.kill(process.pid, 'SIGKILL');
  };
  const wrap = <Target extends object>(target: Target, name: keyof Target & string, before: (self: unknown, args: unknown[]) => (() => void) | void): void => {
    const original = Reflect.get(target, name);
    if (typeof original !== 'function') throw new TypeError(`${name} is no function`);
    Reflect.set(target, name, async function (this: unknown, ...args: unknown[]) {
      changes.push(name);
      moment();
      const after = before(this, args);
      const result = await Reflect.apply(original, this, args);
      after?.();
      moment();
      return result;
    });
  };
  const open = fsPromises.open;
  const handle = await open(folder, 'r');
  const prototype: object = Object.getPrototypeOf(handle);
  await handle.close();
  const files = prototype as { sync(): Promise<void>; writeFile(): Promise<void>; write(): Promise<void> };
  wrap(files, 'sync', (self) => () => disk.flushed(self));
  wrap(files, 'writeFile', () => undefined);
  wrap(files, 'write', () => undefined);
  wrap(fsPromises, 'rename', (_, [from, to]) => disk.renaming(String(from), String(to)));
  wrap(fsPromises, 'unlink', (_, [path]) => disk.removing(String(path)));
  fsPromises.open = async (path, flags, mode) => {
    const opened = disk.opening(String(path), String(flags ?? 'r'));
    const made = await open(path, flags, mode);
    opened(made);
    return made;
  };
  syncBuiltinESMExports();
  return { changes, moment };
}

/** Remembers what of the disk would not outlast a power cut, and how to take it back. */
class VolatileDisk {
  readonly #paths = new WeakMap<object, string>();
  /** By file, how many of its bytes last. */
  readonly #lasting = new Map<string, number>();
  /** By folder, how to take back each change of its names, in order. */
  readonly #names = new Map<string, (() => void)[]>();

  opening(written: string, flags: string): (handle: object) => void {
    const path = resolve(written);
    const size = existsSync(path) && !statSync(path).isDirectory() ? statSync(path).size : undefined;
    if (flags.startsWith('w') || flags.startsWith('a') || flags.includes('+')) {
      if (size === undefined) this.#changed(path, () => rmSync(path, { force: true }));
      if (!this.#lasting.has(path)) this.#lasting.set(path, flags.startsWith('w') ? 0 : (size ?? 0));
    }
    return (handle) => this.#paths.set(handle, path);
  }

  flushed(handle: unknown): void {
    const path = typeof handle === 'object' && handle !== null ? this.#paths.get(handle) : undefined;
    if (path === undefined) return;
    if (statSync(path).isDirectory()) this.#names.delete(path);
    else this.#lasting.set(path, statSync(path).size);
  }

  renaming(fromWritten: string, toWritten: string): () => void {
    const [from, to] = [resolve(fromWritten), resolve(toWritten)];
    const replaced = existsSync(to) ? readFileSync(to) : undefined;
    return () => {
      const lasting = this.#lasting.get(from);
      this.#lasting.delete(from);
      if (lasting !== undefined) this.#lasting.set(to, lasting);
      this.#changed(to, () => {
        renameSync(to, from);
        if (replaced !== undefined) writeFileSync(to, replaced, { mode: 0o600 });
      });
    };
  }

  removing(written: string): () => void {
    const path = resolve(written);
    const content = existsSync(path) ? readFileSync(path) : undefined;
    return () => {
      if (content !== undefined) this.#changed(path, () => writeFileSync(path, content, { mode: 0o600 }));
    };
  }

  cut(): void {
    for (const [path, bytes] of this.#lasting) if (existsSync(path) && statSync(path).size > bytes) truncateSync(path, bytes);
    for (const takeBack of this.#names.values()) for (const undo of takeBack.toReversed()) undo();
  }

  #changed(path: string, undo: () => void): void {
    const folder = dirname(path);
    this.#names.set(folder, [...(this.#names.get(folder) ?? []), undo]);
  }
}
