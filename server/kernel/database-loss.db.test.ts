import { expect, it } from 'vitest';
import { migrate } from '../../prisma/migrate.ts';
import { startPostgres } from '../../tools/services/postgres.ts';
import { temporaryFolder } from '../../tools/testing/index.ts';
import { performChange } from '../audit/index.ts';
import { aUser, callAs, openWorld } from '../testing/index.ts';

it('Postgres killed with −9: calls say Unavailable, then everything goes on where it was, and the relay too', async () => {
  const folder = await temporaryFolder();
  let postgres = await startPostgres({ folder });
  const { port } = new URL(postgres.url);
  await migrate(postgres.url);
  const world = await openWorld(postgres.url);
  try {
    await world.relay();
    const organization = await world.organization();
    const actor = aUser(organization);
    const write = (name: string) => performChange(world.deps, actor, async ({ record }) => record({ action: 'fleet.create', object: { kind: 'fleet', id: name, name } }));
    await write('before');

    await postgres.kill9();
    await expect(callAs(world.deps, actor).audit.list({})).rejects.toMatchObject({ cause: { code: 'Unavailable' } });
    await expect(write('during')).rejects.toThrow();

    postgres = await startPostgres({ folder, port: Number(port) });
    const heard = new Promise<void>((resolve) => world.deps.liveBus.listen((event) => (event.topic === 'audit' ? resolve() : undefined), new AbortController().signal));
    await write('after');
    await heard;
    const { items } = await callAs(world.deps, actor).audit.list({});
    expect(items.map((entry) => entry.object.name)).toEqual(['after', 'before']);
    expect(await callAs(world.deps, actor).audit.verify()).toEqual({ ok: true, entries: 2 });
  } finally {
    await world.close();
    await postgres.stop();
  }
});
