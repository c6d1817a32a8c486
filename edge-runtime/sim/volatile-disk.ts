import { dirname } from 'node:path';
import type { Disk } from '../kernel/disk.ts';

interface Stored {
  bytes: Buffer;
  /** What of it outlasts a power cut. */
  lasting: Buffer;
}

type Names = Map<string, Stored>;

/**
 * A disk in memory that does what disks do when the power goes: of bytes that were not flushed any beginning is left, or holes, or nothing;
 * of names that were not flushed some are as they were. `random` decides, so a seed says all of it.
 */
export class VolatileDisk implements Disk {
  readonly #names: Names = new Map();
  readonly #lastingNames: Names = new Map();
  /** By folder, changes of its names that no flush has made lasting, in order. */
  readonly #pending = new Map<string, ((names: Names) => void)[]>();
  readonly #random: () => number;
  isFull = false;

  constructor(random: () => number) {
    this.#random = random;
  }

  async open(path: string, how: 'anew' | 'append'): ReturnType<Disk['open']> {
    const known = this.#names.get(path);
    const file = known ?? { bytes: Buffer.alloc(0), lasting: Buffer.alloc(0) };
    if (known === undefined) {
      if (this.isFull) throw noSpace();
      this.#change(path, (names) => void names.set(path, file));
    }
    if (how === 'anew') file.bytes = Buffer.alloc(0);
    return {
      write: async (bytes) => {
        const fits = this.isFull ? Math.floor(this.#random() * bytes.length) : bytes.length;
        file.bytes = Buffer.concat([file.bytes, bytes.subarray(0, fits)]);
        if (this.isFull) throw noSpace();
      },
      sync: async () => void (file.lasting = file.bytes),
      close: async () => undefined,
    };
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return this.contentOf(path);
  }

  /** As whoever holds the disk sees it. */
  contentOf(path: string): Buffer | undefined {
    return this.#names.get(path)?.bytes;
  }

  async *chunks(path: string): AsyncGenerator<Uint8Array> {
    const file = this.#names.get(path);
    if (file === undefined) throw Object.assign(new Error(`there is no ${path}`), { code: 'ENOENT' });
    yield file.bytes;
  }

  async facts(path: string): ReturnType<Disk['facts']> {
    const file = this.#names.get(path);
    return file === undefined ? undefined : { bytes: file.bytes.length, mode: 0o600 };
  }

  async list(folder: string): Promise<string[]> {
    return [...this.#names.keys()].filter((path) => dirname(path) === folder).map((path) => path.slice(folder.length + 1));
  }

  async makeFolder(): Promise<void> {
    // Folders are where files are.
  }

  async rename(from: string, to: string): Promise<void> {
    const file = this.#names.get(from);
    if (file === undefined) throw Object.assign(new Error(`there is no ${from}`), { code: 'ENOENT' });
    this.#change(to, (names) => {
      names.delete(from);
      names.set(to, file);
    });
  }

  async remove(path: string): Promise<void> {
    if (this.#names.has(path)) this.#change(path, (names) => void names.delete(path));
  }

  async syncFolder(folder: string): Promise<void> {
    for (const change of this.#pending.get(folder) ?? []) change(this.#lastingNames);
    this.#pending.delete(folder);
  }

  async freeBytes(): Promise<number> {
    return this.isFull ? 0 : Number.MAX_SAFE_INTEGER;
  }

  /** The power goes. Nobody may write any more until somebody begins anew. */
  cut(): void {
    for (const changes of this.#pending.values()) for (const change of changes) if (this.#random() < 0.5) change(this.#lastingNames);
    this.#pending.clear();
    this.#names.clear();
    for (const [path, file] of this.#lastingNames) {
      file.bytes = this.#spoilt(file);
      file.lasting = file.bytes;
      this.#names.set(path, file);
    }
  }

  #change(path: string, change: (names: Names) => void): void {
    change(this.#names);
    const folder = dirname(path);
    this.#pending.set(folder, [...(this.#pending.get(folder) ?? []), change]);
  }

  #spoilt({ bytes, lasting }: Stored): Buffer {
    if (bytes === lasting) return lasting;
    const dice = this.#random();
    if (dice < 0.3) return lasting;
    if (dice < 0.4) return bytes;
    // What was flushed and only added to is there in any case.
    const least = bytes.subarray(0, lasting.length).equals(lasting) ? lasting.length : 0;
    const kept = least + Math.floor(this.#random() * (bytes.length - least + 1));
    // Its length was written and its content not.
    if (dice < 0.7) return Buffer.concat([bytes.subarray(0, kept), Buffer.alloc(bytes.length - kept)]);
    return bytes.subarray(0, kept);
  }
}

function noSpace(): Error {
  return Object.assign(new Error('no space left on device'), { code: 'ENOSPC', syscall: 'write' });
}
