import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { piecesOf } from './backtest.ts';
import { exitCodes } from './exit.ts';
import { commandLine } from './testing/command-line.ts';
import type { Said } from './testing/command-line.ts';

let folder: string;
const rule = (limit: number): string => `define stream Readings (device string, flow double);\nfrom Readings[flow > ${limit}.0] select device, flow insert into High;\n`;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'selvedge-backtest-'));
  await writeFile(path.join(folder, 'seven.siddhi'), rule(7));
  await writeFile(path.join(folder, 'eight.siddhi'), rule(8));
  await writeFile(path.join(folder, 'wrong.siddhi'), 'from Nowhere select a insert into B;');
  const lines = Array.from({ length: 50_000 }, (_, index) => `${1_700_000_000_000 + index * 100},"pump ""${index % 3}""\nhall",${index % 10}`);
  await writeFile(path.join(folder, 'events.csv'), `at,device,flow\n${lines.join('\n')}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

function selvedge(...args: string[]): Promise<Said> {
  return commandLine(args, { profileFile: path.join(folder, 'profile.json'), standardInput: async () => '{"at":1,"device":"a","flow":9}\n', now: () => 0 });
}
const file = (name: string): string => path.join(folder, name);

describe('selvedge backtest', () => {
  test('counts what a rule puts out over a recording, with no server', async () => {
    const { code, out } = await selvedge('backtest', file('seven.siddhi'), '-e', file('events.csv'), '--stream', 'Readings');
    expect(code).toBe(exitCodes.done);
    expect(out).toMatch(/^50000 events in [\d.]+ s, \d+ a second, from 2023-11-14T22:13:20\.000Z to /);
    expect(out).toMatch(/High +10000\n/);
    expect(out).toContain('2023-11-14T22:13:20.800Z {"device":"pump \\"2\\"\\nhall","flow":8}');
  });

  test('shows what only one of two rules puts out, and ends as diff does', async () => {
    const { code, out } = await selvedge('backtest', file('seven.siddhi'), file('eight.siddhi'), '-e', file('events.csv'), '--stream', 'Readings', '-o', 'json');
    expect(code).toBe(exitCodes.differs);
    expect(JSON.parse(out)).toMatchObject({ events: 50_000, streams: [{ name: 'High', counts: [10_000, 5000], only: [{ count: 5000 }, { count: 0 }] }] });
    expect((await selvedge('backtest', file('seven.siddhi'), file('seven.siddhi'), '-e', file('events.csv'), '--stream', 'Readings')).code).toBe(exitCodes.done);
  });

  test('reads standard input, and says what is wrong with a rule or a file', async () => {
    expect((await selvedge('backtest', file('seven.siddhi'), '-e', '-', '--stream', 'Readings')).out).toMatch(/High +1\n/);
    expect(await selvedge('backtest', file('wrong.siddhi'), '-e', '-')).toMatchObject({ code: exitCodes.usage, error: expect.stringContaining('Nowhere') });
    expect(await selvedge('backtest', file('gone.siddhi'), '-e', '-')).toMatchObject({ code: exitCodes.usage });
    expect(await selvedge('backtest', file('seven.siddhi'), '-e', file('gone.csv'))).toMatchObject({ code: exitCodes.usage, error: expect.stringContaining('gone.csv') });
  });
});

test('pieces end with whole lines, and each of CSV has the heading', async () => {
  const source = async function* () {
    yield 'a,b\n1,"x\n';
    yield 'y"\n2,z\n3';
    yield ',w\n';
  };
  const pieces: string[] = [];
  for await (const piece of piecesOf(source(), 4)) pieces.push(piece);
  expect(pieces).toEqual(['a,b\n1,"x\ny"\n2,z\n', 'a,b\n3,w\n']);
});
