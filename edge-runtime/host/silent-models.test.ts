import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const beside = (name: string): string => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));

// As the agent does it: silenced in the main thread, then a model in a thread of its own.
const serving = `
import { silenceModelRuntime } from ${beside('./config.ts')};
import { ServingClient } from ${beside('../infer/serving-client.ts')};
silenceModelRuntime();
const client = new ServingClient();
await client.load('echo', ${beside('../infer/fixtures/echo.onnx')});
await client.close();
`;

test('the model runtime leaves nothing in the home of the agent, where it would keep an identifier and reports for its makers', async () => {
  const home = await mkdtemp(join(tmpdir(), 'selvedge-home-'));
  try {
    const script = join(home, 'serve.mjs');
    await writeFile(script, serving);
    // Nothing of the environment of the tests, in which the runtime keeps silent of its own accord.
    const { status, stderr } = spawnSync(process.execPath, [script], { env: { HOME: home, NODE_ENV: 'test' }, encoding: 'utf8' });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(await readdir(home)).toEqual(['serve.mjs']);
  } finally {
    await rm(home, { recursive: true });
  }
});
