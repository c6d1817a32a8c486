import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Chance, drawCharacter, PumpLoop } from '../examples/pump-loop/pump-loop.ts';

/** A recording of the Skoltech Anomaly Benchmark, where someone has put the data set beside the checkout. Its licence is the GPL: it cannot come with us. */
const benchmark = path.resolve(import.meta.dirname, '../../shared/data/skab/valve1/1.csv');

/** The recording that the story replays: a real one if it is there, else twenty simulated minutes in the same form with one closing valve. */
export async function pumpRecording(folder: string): Promise<string> {
  if (existsSync(benchmark)) return benchmark;
  const target = path.join(folder, 'recording.csv');
  const chance = new Chance(11);
  const loop = new PumpLoop('loop', drawCharacter(chance), chance);
  const start = Date.UTC(2024, 0, 1);
  loop.close({ startsAt: start + 600_000, rampMs: 20_000, holdMs: 400_000, depth: 0.2 });
  const lines = ['datetime;Accelerometer1RMS;Accelerometer2RMS;Current;Pressure;Temperature;Thermocouple;Voltage;Volume Flow RateRMS'];
  for (let at = start; at < start + 1_200_000; at += 1000) {
    const { vibration1, vibration2, current, pressure, temperature, thermocouple, voltage, flow } = loop.read(at);
    lines.push([new Date(at).toISOString().slice(0, 19).replace('T', ' '), vibration1, vibration2, current, pressure, temperature, thermocouple, voltage, flow].join(';'));
  }
  await mkdir(folder, { recursive: true });
  await writeFile(target, lines.join('\n'));
  return target;
}
