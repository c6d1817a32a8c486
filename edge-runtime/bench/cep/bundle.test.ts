import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleEngine } from './bundle.ts';

const GZIPPED_MAX = 120 * 1024;

describe('the engine as one file', () => {
  let code = '';
  let folder = '';
  beforeAll(async () => {
    code = await bundleEngine();
    folder = await mkdtemp(join(tmpdir(), 'selvedge-engine-'));
    await writeFile(join(folder, 'engine.mjs'), code);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is at most 120 KB gzipped', () => {
    expect(gzipSync(code).length).toBeLessThanOrEqual(GZIPPED_MAX);
  });

  it('runs a rule in five lines, somewhere that knows nothing else of the repository', async () => {
    const program = `import { compile, Engine } from './engine.mjs';
const engine = new Engine(compile('define stream Reading (pump string, heat double); from Reading[heat > 80.0] select pump insert into Hot;'));
engine.onStream('Hot', (batch) => console.log(batch.rows));
engine.send('Reading', Date.now(), ['pump-1', 81.5]);
engine.send('Reading', Date.now(), ['pump-2', 70]);`;
    expect(program.split('\n')).toHaveLength(5);
    await writeFile(join(folder, 'five.mjs'), program);
    const { stdout } = await promisify(execFile)(process.execPath, ['five.mjs'], { cwd: folder });
    expect(stdout.trim()).toBe("[ [ 'pump-1' ] ]");
  });
});
