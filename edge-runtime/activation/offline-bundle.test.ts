import { execFileSync } from 'node:child_process';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Digest, offlineLimits } from '../protocol/index.ts';
import { ActivationFixture, runs } from '../sim/activation-fixture.ts';
import { writeOfflineFile } from '../sim/offline-file.ts';
import { ArtefactStore } from './artefact-store.ts';
import { applyOfflineBundle } from './offline-bundle.ts';
import type { SignedDesired } from './verify.ts';

let node: ActivationFixture;
let file: string;
beforeEach(async () => {
  node = await ActivationFixture.create();
  node.linked = false;
  file = join(node.folder, 'stick.selvedge');
});
afterEach(() => node.remove());

const content = (digest: Digest): Uint8Array | undefined => node.controlPlane.artefacts.get(digest);
const write = (desired: SignedDesired): Promise<void> => writeOfflineFile(file, desired, content);
async function apply(path = file): Promise<void> {
  const store = await ArtefactStore.open(join(node.folder, 'artefacts'));
  await applyOfflineBundle({ activator: node.activator, store, followKeys: async () => undefined }, path);
}

describe('a bundle from a file (I1, I3)', () => {
  const model = Buffer.alloc(700_000, 'm');

  test('is fetched from nowhere, and runs', async () => {
    await write(node.controlPlane.desired(node.bundleOf('one', model), 1));
    await apply();
    await node.until(runs(1));
    const [path] = node.runtime.started?.modelFiles.values() ?? [];
    expect(await readFile(path ?? '')).toEqual(model);
    expect(node.controlPlane.artefactRequests).toEqual([]);
    await write(node.controlPlane.desired(node.bundleOf('two', model), 2));
    await apply();
    await node.until(runs(2));
  });

  test('brings what a node lacks that was told over a link which then ended', async () => {
    const desired = node.controlPlane.desired(node.bundleOf('one'), 1);
    await node.activator.accept(desired);
    await node.until(({ progress }) => progress?.step === 'Fetching');
    await write(desired);
    await apply();
    await node.until(runs(1));
  });

  test('that failed is tried again when it is applied again', async () => {
    await write(node.controlPlane.desired(node.bundleOf('does not build'), 1));
    for (const builds of [1, 2]) {
      await apply();
      await node.until(({ failure }) => failure !== undefined && node.runtime.log.length === builds);
    }
    expect(node.runtime.log).toEqual(['build 1', 'build 1']);
  });

  test('that is held back by its window waits for it', async () => {
    const hour = (ahead: number): string => `${String((new Date().getUTCHours() + ahead) % 24).padStart(2, '0')}:00`;
    await write(node.controlPlane.desired(node.bundleOf('one'), 1, { schedule: { download: [], activate: [{ days: [0, 1, 2, 3, 4, 5, 6], from: hour(12), to: hour(13), timeZone: 'Etc/UTC' }] } }));
    await apply();
    await node.until(({ progress }) => progress?.step === 'Staged');
  });

  describe('is refused, and changes nothing,', () => {
    beforeEach(async () => {
      await write(node.controlPlane.desired(node.bundleOf('one', model), 4));
      await apply();
      await node.until(runs(4));
      await node.until(() => node.confirmed.includes(4));
    });
    afterEach(async () => {
      expect(node.activator.status).toMatchObject({ running: { generation: 4 }, desired: undefined, rejection: undefined });
      expect((await readdir(join(node.folder, 'artefacts'))).filter((name) => name.endsWith('.part'))).toEqual([]);
    });
    const refused = (code: string): Promise<void> => expect(apply()).rejects.toMatchObject({ name: 'Rejection', code });
    const next = (text = 'two') => node.controlPlane.desired(node.bundleOf(text, Buffer.alloc(900_000, 'n')), 5);

    test.each<[string, string, (desired: ReturnType<typeof next>) => Promise<void> | void]>([
      ['when an artefact was changed', 'DigestMismatch', async (desired) => {
        await write(desired);
        const bytes = await readFile(file);
        bytes[bytes.length - 10] = 0x21;
        await writeFile(file, bytes);
      }],
      ['when it ends too soon', 'WrongSize', async (desired) => {
        await write(desired);
        await truncate(file, 600_000);
      }],
      ['when more follows than belongs to it', 'WrongSize', async (desired) => {
        await write(desired);
        await writeFile(file, 'x', { flag: 'a' });
      }],
      ['when the bundle of another file was put into it', 'DigestMismatch', (desired) => write({ ...desired, bundle: next('other').bundle })],
      ['when the artefacts of another file were put into it', 'DigestMismatch', (desired) => writeOfflineFile(file, desired, (digest) => content(digest)?.map((byte) => byte ^ 1))],
      ['when it is for another node', 'WrongNode', async () => write(node.controlPlane.desired(node.bundleOf('two'), 5, { node: 'node_2' }))],
      ['when its generation is older', 'OlderGeneration', async () => write(node.controlPlane.desired(node.bundleOf('two'), 3))],
      ['when another bundle has the generation that it runs', 'OlderGeneration', async () => write(node.controlPlane.desired(node.bundleOf('two'), 4))],
      ['when its time is over', 'Expired', async () => write(node.controlPlane.desired(node.bundleOf('two'), 5, { validUntil: Date.now() - 1 }))],
      ['when nobody that it trusts signed it', 'SignatureInvalid', async (desired) => write({ ...desired, assignment: { ...desired.assignment, payload: desired.assignment.payload.replace('"generation":5', '"generation":6') } })],
      ['when it is something else', 'Malformed', async () => writeFile(file, '{"schema":"selvedge.offline/2"}\n')],
      ['when its first line does not end', 'Malformed', async () => writeFile(file, Buffer.alloc(offlineLimits.headerBytesMax + 10, '{'))],
      ['when it is empty', 'Malformed', async () => writeFile(file, '')],
    ])('%s', async (_name, code, make) => {
      await make(next());
      await refused(code);
    });

    test('when it has no end, as a device or a pipe has none', async () => {
      await expect(apply('/dev/zero')).rejects.toMatchObject({ code: 'Malformed' });
      execFileSync('mkfifo', [join(node.folder, 'pipe')]);
      await expect(apply(join(node.folder, 'pipe'))).rejects.toMatchObject({ code: 'Malformed' });
      await expect(apply(node.folder)).rejects.toMatchObject({ code: 'Malformed' });
      await expect(apply(join(node.folder, 'nothing'))).rejects.toMatchObject({ code: 'Unreadable' });
    });
  });

  test('is refused by a node that trusts nobody yet', async () => {
    const other = await ActivationFixture.create({ pinned: false });
    try {
      await write(node.controlPlane.desired(node.bundleOf('one'), 1));
      const store = await ArtefactStore.open(join(other.folder, 'artefacts'));
      await expect(applyOfflineBundle({ activator: other.activator, store, followKeys: async () => undefined }, file)).rejects.toMatchObject({ code: 'NotTrusted' });
    } finally {
      await other.remove();
    }
  });
});
