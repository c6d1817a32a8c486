import { readdir, readFile } from 'node:fs/promises';
import { bundleEngine } from '../edge-runtime/bench/cep/bundle.ts';
import { expect, test } from '@playwright/test';

interface Recorded {
  case: { app: string; start?: number; steps: unknown[] };
}

/** What is compared: everything that came on every stream, and all of the engine's state in the end, byte for byte. */
const runCase = `(engineModule, one) => {
  const { compile, Engine } = engineModule;
  const app = compile(one.app);
  let ids = 0;
  const engine = new Engine(app, { start: one.start ?? 0, uuid: () => '00000000-0000-4000-8000-' + String(ids++).padStart(12, '0') });
  const out = [];
  for (const { name, kind } of app.analysis.streams) if (kind !== 'table' && kind !== 'aggregation' && !name.startsWith('#')) engine.onEvent(name, (time, row) => out.push([name, time, row.map((value) => typeof value === 'bigint' ? String(value) + 'n' : value)]));
  const untag = (value) => (value !== null && typeof value === 'object' ? Object.values(value)[0] : value);
  for (const step of one.steps) {
    if (Array.isArray(step)) engine.send(step[0], step[1], step[2].map(untag));
    else if ('batch' in step) engine.sendChunk(step.batch, step.events.map((event) => event[0]), step.events.map((event) => event[1].map(untag)));
    else if ('advance' in step) engine.advance(step.advance);
  }
  return JSON.stringify(out) + ' ' + [...engine.snapshot()].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}`;

test('the engine answers alike in Node and in Chromium, byte for byte, over every recorded case', async ({ page }) => {
  const code = await bundleEngine();
  const folder = new URL('../edge-runtime/cep/fixtures/', import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.startsWith('siddhi-') && !name.includes('extension'));
  const cases = (await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')))).flatMap((text) => text.trim().split('\n').map((line) => (JSON.parse(line) as Recorded).case));
  const run = `async (code, cases) => {
    const engine = await import('data:text/javascript;base64,' + code);
    const runCase = ${runCase};
    return cases.map((one) => { try { return runCase(engine, one); } catch (error) { return 'error ' + error.code; } });
  }`;
  const encoded = Buffer.from(code).toString('base64');
  await page.goto('about:blank');
  const inBrowser = await page.evaluate(([source, base64, list]) => new Function(`return (${source})`)()(base64, list), [run, encoded, cases] as const);
  const inNode = await new Function(`return (${run})`)()(encoded, cases);
  expect(cases.length).toBeGreaterThan(800);
  expect(inNode.filter((one: string) => !one.startsWith('error ')).length).toBeGreaterThan(700);
  expect(inBrowser).toEqual(inNode);
});
