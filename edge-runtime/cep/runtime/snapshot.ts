import { CepError } from '../api.ts';
import type { Stateful } from '../operators/stage.ts';
import { BinaryReader, BinaryWriter, DamagedSnapshot } from './binary.ts';
import type { LogEntry, Port, StageRuntime } from './stage-runtime.ts';

/** "CEPS": what a snapshot begins with, then the version of its form. */
const MAGIC = 0x43455053;
export const SNAPSHOT_VERSION = 1;

/** Everything that running on needs: clocks, logs, and each operator's state under its id. */
export function writeSnapshot(shape: string, stages: readonly StageRuntime[], kept: ReadonlyMap<string, Stateful>): Uint8Array {
  const writer = new BinaryWriter();
  writer.count(MAGIC);
  writer.count(SNAPSHOT_VERSION);
  writer.text(shape);
  writer.count(stages.length);
  for (const stage of stages) {
    const part = new BinaryWriter();
    stage.save(part);
    writer.block(part.finish());
  }
  writer.count(kept.size);
  for (const [id, state] of kept) {
    const part = new BinaryWriter();
    state.save(part);
    writer.text(id);
    writer.block(part.finish());
  }
  return writer.finish();
}

export function readSnapshot(
  bytes: Uint8Array,
  shape: string,
  stages: readonly StageRuntime[],
  kept: ReadonlyMap<string, Stateful>,
  portOf: (id: string) => Port | undefined,
  again: (entry: LogEntry) => void,
): void {
  try {
    const reader = new BinaryReader(bytes);
    if (reader.count() !== MAGIC) throw new DamagedSnapshot('These bytes are no snapshot of the CEP engine.');
    const version = reader.count();
    if (version !== SNAPSHOT_VERSION) throw new CepError('snapshot.version', `The snapshot has version ${version}, this engine reads version ${SNAPSHOT_VERSION}.`);
    const found = reader.text();
    if (found !== shape) throw new CepError('snapshot.mismatch', `The snapshot was made by an app of another shape (${found}, this one is ${shape}).`);
    const count = reader.count();
    const parts = Array.from({ length: count }, () => reader.block());
    const states = new Map<string, Uint8Array>();
    for (let left = reader.count(); left > 0; left--) states.set(reader.text(), reader.block());
    // Operators first: they put their alarms back, which the clocks then stand before.
    for (const [id, state] of kept) {
      const saved = states.get(id);
      if (saved === undefined) throw new DamagedSnapshot(`The snapshot holds nothing for '${id}'.`);
      state.load(new BinaryReader(saved));
    }
    stages.forEach((stage, index) => {
      const part = parts[index];
      if (part !== undefined) stage.load(new BinaryReader(part), portOf, again);
    });
  } catch (failure) {
    if (failure instanceof DamagedSnapshot) throw new CepError('snapshot.damaged', failure.message);
    throw failure;
  }
}
