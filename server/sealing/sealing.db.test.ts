import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { signText } from '../bundles/index.ts';
import { openVault } from '../kernel/vault.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { findSealed } from './repository.ts';
import { sealAgain } from './service.ts';

/* Secrets at rest come under another key while control planes run. */

let world: TestWorld;
let organization: string;

const asAdministrator = () => callAs(world.deps, aUser(organization));
const files = async (): Promise<string[]> => (await readdir(join(world.deps.stateFolder, 'keys', 'sealing'))).sort();

beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
  await asAdministrator().settings.notifications.createChannel({ name: 'desk', settings: { kind: 'slack', url: 'http://127.0.0.1:9/hook' } });
  await asAdministrator().repositories.connect({ name: 'plants', url: 'https://git.selvedge.test/plants.git', credential: { username: 'bot', password: 'right horse battery' } });
  await asAdministrator().settings.notifications.setSecret({ name: 'mail', secret: 'smtps://user:right@mail.selvedge.test:465' });
  await signText(world.deps, organization, 'a text');
});

test('every secret comes under a new key, which whoever runs already finds, and the keys before it go', async () => {
  const running = await openVault(world.deps.stateFolder);
  const before = await findSealed(world.deps.db, organization);
  expect(before.map(({ kind }) => kind).sort()).toEqual(['channel', 'credential', 'notificationSecret', 'signingKey']);
  expect(await sealAgain(world.deps)).toBe(4);
  const after = await findSealed(world.deps.db, organization);
  for (const [index, { sealed, context }] of after.entries()) {
    const was = before[index];
    expect(sealed).not.toEqual(was?.sealed);
    expect(running.unseal(sealed, context)).toEqual(running.unseal(was?.sealed ?? sealed, context));
    expect(running.isOutdated(sealed, context)).toBe(false);
  }
  expect(await files()).toEqual(['0001.key']);
  await sealAgain(world.deps);
  await sealAgain(world.deps);
  expect(await files()).toEqual(['0002.key', '0003.key']);
  const entries = await asAdministrator().audit.list({ action: 'organization.sealAgain' });
  expect(entries.items[0]).toMatchObject({ actor: { name: 'the command line' }, after: { secrets: 4 } });
});

test('what was sealed under the key before, in the moment of the change, is brought on by the next run', async () => {
  const [channel] = (await findSealed(world.deps.db, organization)).filter(({ kind }) => kind === 'channel');
  await sealAgain(world.deps);
  // As a process leaves it that read its keys before the change and wrote after it.
  await world.deps.db.notificationChannel.update({ where: { id: channel?.id ?? '' }, data: { sealed: channel?.sealed ?? new Uint8Array() } });
  expect(world.deps.vault.unseal(channel?.sealed ?? new Uint8Array(), channel?.context ?? '')).toBeInstanceOf(Uint8Array);
  expect(await sealAgain(world.deps)).toBe(4);
  const [now] = (await findSealed(world.deps.db, organization)).filter(({ kind }) => kind === 'channel');
  expect(world.deps.vault.isOutdated(now?.sealed ?? new Uint8Array(), now?.context ?? '')).toBe(false);
});

test('without its key a secret does not open, and says which it is', async () => {
  await rm(join(world.deps.stateFolder, 'keys', 'sealing'), { recursive: true });
  const [secret] = await findSealed(world.deps.db, organization);
  const vault = await openVault(world.deps.stateFolder);
  expect(() => vault.unseal(secret?.sealed ?? new Uint8Array(), secret?.context ?? '')).toThrow(`what is sealed as ${secret?.context} does not open`);
});

test('no column that holds a sealed secret is left out', async () => {
  const { rows } = await world.deps.pool.query(`SELECT table_name || '.' || column_name AS place FROM information_schema.columns WHERE table_schema = 'public' AND column_name LIKE 'sealed%' ORDER BY 1`);
  expect(rows.map(({ place }) => place)).toEqual(['git_repositories.sealed', 'notification_channels.sealed', 'notification_secrets.sealed', 'signing_keys.sealedKey']);
});
