import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Chance, drawCharacter, PumpLoop } from './pump-loop.ts';
import { readRecording } from './recording.ts';

describe('a simulated pump loop', () => {
  const day = (): number[] => {
    const chance = new Chance(7);
    const loop = new PumpLoop('loop-1', drawCharacter(chance), chance);
    loop.close({ startsAt: 60_000, rampMs: 4000, holdMs: 20_000, depth: 0.3 });
    return Array.from({ length: 1200 }, (_, index) => loop.read(index * 100).flow);
  };
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

  test('reads the same for the same seed', () => expect(day()).toEqual(day()));

  test('loses the share of flow that the closing valve takes, and gets it back', () => {
    const flow = day();
    const open = mean(flow.slice(300, 600));
    expect(mean(flow.slice(650, 830)) / open).toBeCloseTo(0.7, 1);
    expect(mean(flow.slice(900, 1200)) / open).toBeCloseTo(1, 1);
  });
});

describe('a recording', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'recording-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const head = 'datetime;Accelerometer1RMS;Accelerometer2RMS;Current;Pressure;Temperature;Thermocouple;Voltage;Volume Flow RateRMS;anomaly';
  const written = async (...lines: string[]): Promise<string> => {
    const path = join(folder, 'recording.csv');
    await writeFile(path, lines.join('\n'));
    return path;
  };

  test('is read with its own times as UTC', async () => {
    const [reading] = await readRecording(await written(head, '2020-03-09 10:14:33;0.1;0.2;1;0.05;79;26;233;32;0.0', ''), 'l');
    expect(reading).toEqual({ loop: 'l', at: Date.UTC(2020, 2, 9, 10, 14, 33), vibration1: 0.1, vibration2: 0.2, current: 1, pressure: 0.05, temperature: 79, thermocouple: 26, voltage: 233, flow: 32 });
  });

  test('names the line and the column of what is no number', async () => {
    await expect(readRecording(await written(head, '2020-03-09 10:14:33;0.1;0.2;1;;79;26;233;32;0.0'), 'l')).rejects.toThrow(/line 2: Pressure/);
  });

  test('names a column that is missing', async () => {
    await expect(readRecording(await written(head.replace('Current;', '')), 'l')).rejects.toThrow(/no column "Current"/);
  });
});
