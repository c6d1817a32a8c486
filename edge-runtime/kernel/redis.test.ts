import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../tools/testing/index.ts';
import { connectRedis } from './redis.ts';

test('a Redis that takes the connection and answers nothing is given up', { timeout: 20_000 }, async () => {
  const socketPath = join(await temporaryFolder(), 'silent.sock');
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  await expect(connectRedis({ socketPath }, 'test')).rejects.toThrow();
  server.close();
});
