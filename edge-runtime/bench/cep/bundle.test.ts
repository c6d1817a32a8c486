import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleForBrowser, enginePublicFace } from './bundle.ts';

const GZIPPED_MAX = 120 * 1024;

describe('the engine as one file', () => {
  let code = '';
  let folder = '';
  beforeAll(async () => {
    code = await bundleForBrowser(enginePublicFace);
    folder = await mkdtemp(join(tmpdir(), 'selvedge-engine-'));
    await writeFile(join(folder, 'engine.mjs'), code);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is at most 120 KB gzipped', () => {
    expect(gzipSync(code).length).toBeLessThanOrEqual(GZIPPED_MAX);
  });

  it('runs a rule in the five lines of the README, somewhere that knows nothing else of the repository', async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    const program = /^```js\n(.+?)\n```$/ms.exec(readme)?.[1] ?? '';
    expect(program.split('\n')).toHaveLength(5);
    await writeFile(join(folder, 'five.mjs'), program.replace('@selvedge/edge-runtime/cep', './engine.mjs'));
    const { stdout } = await promisify(execFile)(process.execPath, ['five.mjs'], { cwd: folder });
    expect(stdout.trim()).toBe("[ [ 'pump-1' ] ]");
  });

  it('is refused when it needs a module of Node', async () => {
    const entry = join(folder, 'reads-files.mjs');
    await writeFile(entry, "import { readFileSync } from 'node:fs'; export const text = readFileSync('x');");
    await expect(bundleForBrowser(pathToFileURL(entry))).rejects.toThrow('node:fs');
  });
});
