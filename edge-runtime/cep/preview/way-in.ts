import type { CompiledApp } from '../analyze.ts';
import type { Row } from '../api.ts';
import { rowReader } from '../row-reader.ts';
import type { Engine } from '../runtime/engine.ts';
import { loosened } from './recording.ts';

/** Sends one recorded event into an engine. */
export type WayIn = (timestamp: number, values: readonly unknown[]) => void;

export interface WayInHears {
  /** A row as the stream has it, before the engine sees it. */
  taken: (timestamp: number, row: Row) => void;
  /** Values that do not fit the stream's types. */
  refused: (error: string) => void;
}

/** The way into a stream for rows of a recording, whose values stand in another order and as a file has them; undefined where the text has no such stream. */
export function wayInto(app: CompiledApp, engine: Engine, name: string, recorded: readonly string[], hears: WayInHears): WayIn | undefined {
  const definition = app.analysis.streams.find((one) => one.name === name && (one.kind === 'stream' || one.kind === 'window'));
  if (definition === undefined) return undefined;
  const { attributes } = definition;
  const columns = attributes.map((one) => recorded.indexOf(one.name));
  const types = attributes.map((one) => one.type);
  const reader = rowReader(definition);
  const send = engine.input(name);
  return (timestamp, values) => {
    const row = reader.read(columns.map((column, place) => loosened(column < 0 ? null : values[column], types[place] ?? 'object')));
    if (row === undefined) return hears.refused(reader.error);
    hears.taken(timestamp, row);
    send(timestamp, row);
  };
}
