import type { BinaryReader } from './binary.ts';
import type { Instance, RememberedKeys } from './partition-instance.ts';

/* Keys with all that is remembered of each behind it, as snapshots and increments up to version 2 have them. */

export function loadRows(of: RememberedKeys, reader: BinaryReader): void {
  loadBounds(of, reader);
  for (const instance of loadPlaced(of, reader)) if (instance !== undefined) of.byUse.append(instance);
}

export function loadRowChanges(of: RememberedKeys, reader: BinaryReader): void {
  loadBounds(of, reader);
  for (const key of reader.list()) {
    const instance = of.instances.get(key);
    if (instance !== undefined) of.forget(instance);
  }
  // Those that stay where they are in the order of use have place 0; of the others 1 is the newest.
  const [, ...moved] = loadPlaced(of, reader);
  for (const instance of moved.reverse()) {
    if (instance === undefined) continue;
    if (of.byUse.has(instance)) of.byUse.unlink(instance);
    of.byUse.append(instance);
  }
}

function loadBounds(of: RememberedKeys, reader: BinaryReader): void {
  of.purging.load(reader);
  of.dropped = reader.count();
  of.ranks = reader.count();
}

/** Gives them in their places. */
function loadPlaced(of: RememberedKeys, reader: BinaryReader): (Instance | undefined)[] {
  const placed: (Instance | undefined)[] = [];
  for (let left = reader.count(); left > 0; left--) {
    const key = reader.value();
    const rank = reader.count();
    const instance = of.instances.get(key) ?? of.make(key, rank);
    placed[reader.count()] = instance;
    const used = Number(reader.value());
    instance.used = used - (of.since ??= used);
    of.enter(instance);
    for (const state of instance.copy.kept) state.load(reader);
    of.instances.set(key, instance);
  }
  return placed;
}
