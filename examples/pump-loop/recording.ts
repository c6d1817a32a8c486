import { readFile } from 'node:fs/promises';
import type { Reading } from './pump-loop.ts';

/** The columns of the Skoltech Anomaly Benchmark's pump loop, and what this example calls them. */
const columns = {
  Accelerometer1RMS: 'vibration1',
  Accelerometer2RMS: 'vibration2',
  Current: 'current',
  Pressure: 'pressure',
  Temperature: 'temperature',
  Thermocouple: 'thermocouple',
  Voltage: 'voltage',
  'Volume Flow RateRMS': 'flow',
} as const satisfies Record<string, Exclude<keyof Reading, 'loop' | 'at'>>;

/**
 * Reads a recording in the benchmark's form (`datetime;…` with a semicolon between, times without a zone taken as UTC) as
 * readings of `loop`. Throws with line and column name for what is missing or not a number.
 */
export async function readRecording(path: string, loop: string): Promise<Reading[]> {
  const [head = '', ...lines] = (await readFile(path, 'utf8')).split(/\r?\n/);
  const names = head.split(';');
  const timeIndex = indexOf(names, 'datetime', path);
  const places = Object.entries(columns).map(([column, sensor]) => ({ column, sensor, index: indexOf(names, column, path) }));
  return lines.flatMap((line, number) => {
    if (line === '') return [];
    const cells = line.split(';');
    const reading: Reading = {
      loop,
      at: Date.parse(`${cells[timeIndex]?.replace(' ', 'T')}Z`),
      vibration1: 0, vibration2: 0, current: 0, pressure: 0, temperature: 0, thermocouple: 0, voltage: 0, flow: 0,
    };
    if (Number.isNaN(reading.at)) throw new Error(`${path}, line ${number + 2}: "${cells[timeIndex]}" is not a time`);
    for (const { column, sensor, index } of places) {
      const value = Number(cells[index] || Number.NaN);
      if (Number.isNaN(value)) throw new Error(`${path}, line ${number + 2}: ${column} is "${cells[index] ?? ''}" and not a number`);
      reading[sensor] = value;
    }
    return [reading];
  });
}

function indexOf(names: readonly string[], name: string, path: string): number {
  const index = names.indexOf(name);
  if (index < 0) throw new Error(`${path} has no column "${name}"; it has ${names.join(', ')}`);
  return index;
}
