import { readdir, readFile } from 'node:fs/promises';
import { answerCase, type Case } from '../edge-runtime/bench/cep/answer-case.ts';
import { bundleForBrowser } from '../edge-runtime/bench/cep/bundle.ts';
import { expect, test } from '@playwright/test';

/**
 * Runs every case and gives, for each, all that was heard and the bytes of the engine's state in the end. Calls nothing but
 * its arguments, for it runs in the page too.
 */
function answerAll(answer: typeof answerCase, lines: readonly string[]): string[] {
  return lines.map((line) => {
    let state = '';
    const answered = answer(JSON.parse(line), (engine) => (state = engine.snapshot().join()));
    return `${JSON.stringify(answered)} ${state}`;
  });
}

async function recordedCases(): Promise<string[]> {
  const folder = new URL('../edge-runtime/cep/fixtures/', import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.startsWith('siddhi-'));
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')));
  return texts.flatMap((text) => text.trim().split('\n').map((line) => JSON.stringify((JSON.parse(line) as { case: Case }).case)));
}

test('the engine answers every recorded case byte for byte alike in Node and in Chromium', async ({ page }) => {
  const code = await bundleForBrowser(new URL('../edge-runtime/bench/cep/answer-case.ts', import.meta.url));
  const cases = await recordedCases();
  await page.goto('about:blank');
  const inBrowser = await page.evaluate(
    async ({ module, run, lines }): Promise<string[]> => new Function(`return (${run})`)()((await import(module)).answerCase, lines),
    { module: `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`, run: answerAll.toString(), lines: cases },
  );
  const inNode = answerAll(answerCase, cases);
  expect(cases.length).toBeGreaterThan(1_000);
  const differing = cases.filter((_, index) => inBrowser[index] !== inNode[index]);
  expect(differing).toEqual([]);
});
