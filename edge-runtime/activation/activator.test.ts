import { mkdir, readdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import type { BundleManifest, Digest, Window } from '../protocol/index.ts';
import { ActivationFixture, runs } from '../sim/activation-fixture.ts';
import { SimulatedControlPlane } from '../sim/control-plane.ts';
import { ArtefactStore } from './artefact-store.ts';

let node: ActivationFixture;

/** The hour that begins in so many hours from the one that it is now. */
function windowIn(hours: number): Window {
  const hour = (new Date().getUTCHours() + hours) % 24;
  const clock = (at: number): string => `${String(at % 24).padStart(2, '0')}:00`;
  return { days: [0, 1, 2, 3, 4, 5, 6], from: clock(hour), to: clock(hour + 2), timeZone: 'Etc/UTC' };
}

beforeEach(async () => {
  node = await ActivationFixture.create();
});
afterEach(() => node.remove());

describe('activation', () => {
  test('fetches, builds and runs what is desired, then changes over with the old one stopped first', async () => {
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1));
    await node.until(runs(1));
    expect([...(node.runtime.started?.ruleTexts.values() ?? [])]).toEqual(['one']);
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('two'), 2));
    await node.until(runs(2));
    expect(node.runtime.log).toEqual(['build 1', 'start 1', 'build 2', 'stop 1', 'start 2']);
  });

  test('a node\'s own settings are over its fleet\'s', async () => {
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1, { settings: { store: { retentionSeconds: 9 } } }));
    await node.until(runs(1));
    expect(node.runtime.started?.settings.store).toEqual({ retentionSeconds: 9, maxBytes: 256 * 1024 * 1024 });
  });

  test('comes up from its disk with no control plane', async () => {
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1));
    await node.until(runs(1));
    await node.stop();
    node.linked = false;
    await node.controlPlane.close();
    await node.start();
    await node.until(runs(1));
    node.controlPlane = await new SimulatedControlPlane().listen();
  });

  test('a transfer that breaks goes on from where it broke, across a restart too', async () => {
    const model = Buffer.alloc(3_000_000, 'm');
    const manifest = node.bundleOf('one', model);
    node.controlPlane.cutAfterBytes = 1_000_000;
    await breakOff(manifest);
    await node.start();
    await node.until(runs(1));
    const ranges = node.controlPlane.artefactRequests.filter(({ digest }) => digest === manifest.models[0]?.digest).map(({ range }) => range);
    expect(ranges[0]).toBeUndefined();
    expect(ranges.at(-1)).toMatch(/^bytes=[1-9]\d*-$/);
    expect(await readFile(node.runtime.started?.modelFiles.get(manifest.models[0]?.digest ?? 'sha256:') ?? '')).toEqual(model);
  });

  test('what a power cut spoilt of a transfer that broke is fetched afresh', async () => {
    const model = Buffer.alloc(3_000_000, 'm');
    const manifest = node.bundleOf('one', model);
    node.controlPlane.cutAfterBytes = 1_000_000;
    await breakOff(manifest);
    const part = join(node.folder, 'artefacts', `${manifest.models[0]?.digest.slice('sha256:'.length)}.part`);
    await writeFile(part, Buffer.alloc((await stat(part)).size));
    await node.start();
    expect((await node.until(runs(1))).failure).toBeUndefined();
  });

  async function breakOff(manifest: BundleManifest): Promise<void> {
    await node.activator.accept(node.controlPlane.desired(manifest, 1));
    await node.until((status) => status.progress?.message?.includes('broke') === true);
    await node.stop();
  }

  test('a bundle that does not build never touches the one that runs', async () => {
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1));
    await node.until(runs(1));
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('does not build'), 2));
    const status = await node.until(({ failure }) => failure !== undefined);
    expect(status.failure).toMatchObject({ generation: 2, reason: 'rule.invalid', message: 'The rule does not parse.' });
    expect(node.runtime.log).toEqual(['build 1', 'start 1', 'build 2']);
    expect(status.running?.generation).toBe(1);
  });

  test('a bundle that does not start is rolled back, stays failed over a restart, and is tried again when told to', async () => {
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1));
    await node.until(runs(1));
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('does not start'), 2));
    await node.until((status) => status.failure !== undefined && runs(1)(status));
    expect(node.timeline.map(({ reason }) => reason)).toContain('RolledBack');
    await node.stop();
    await node.start();
    const status = await node.until(runs(1));
    expect(status.failure).toMatchObject({ generation: 2, reason: 'secret.missing' });
    const before = node.runtime.log.filter((entry) => entry === 'start 2').length;
    await node.activator.retry(2);
    await node.until(() => node.runtime.log.filter((entry) => entry === 'start 2').length === before + 1);
    await node.until((later) => later.failure !== undefined && runs(1)(later));
  });

  test('a first bundle that does not start leaves the node with none, and the next one runs', async () => {
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('does not start'), 1));
    await node.until(({ failure }) => failure !== undefined);
    expect(node.activator.status.running).toBeUndefined();
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('two'), 2));
    const status = await node.until(runs(2));
    expect(status.failure).toBeUndefined();
  });

  test('a path that keeps crashing on probation is rolled back; later it is not', async () => {
    await node.stop();
    await node.start({ probationMs: 60_000 });
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1));
    await node.until(runs(1));
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('two'), 2));
    await node.until(runs(2));
    for (let crash = 0; crash < 3; crash++) node.activator.pathCrashed('out of memory');
    await node.until((status) => runs(1)(status) && status.failure?.reason === 'PathCrashed');
    for (let crash = 0; crash < 9; crash++) node.activator.pathCrashed('out of memory');
    expect(node.activator.status.running?.generation).toBe(1);
  });

  test('an agent that keeps dying on probation goes back', async () => {
    await node.stop();
    await node.start({ probationMs: 60_000 });
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1));
    await node.until(runs(1));
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('two'), 2));
    await node.until(runs(2));
    for (let restart = 0; restart < 5; restart++) {
      await node.stop();
      await node.start({ probationMs: 60_000 });
      await node.until(runs(2));
    }
    await node.stop();
    await node.start({ probationMs: 60_000 });
    await node.until((status) => runs(1)(status) && status.failure?.reason === 'CrashLoop');
  });

  test('where nothing ran before, there is nothing to go back to: it stays', async () => {
    await node.stop();
    await node.start({ probationMs: 60_000 });
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1));
    await node.until(runs(1));
    for (let crash = 0; crash < 5; crash++) node.activator.pathCrashed('out of memory');
    for (let restart = 0; restart < 8; restart++) {
      await node.stop();
      await node.start({ probationMs: 60_000 });
      await node.until(runs(1));
    }
    expect(node.activator.status.failure).toBeUndefined();
  });

  test('what runs is not stopped before the switch is on the disk: without room there it goes on, and the switch is made when there is room', async () => {
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1));
    await node.until(runs(1));
    await node.until(() => node.confirmed.includes(1));
    node.linked = false;
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('two'), 2));
    await node.until(({ progress }) => progress?.step === 'Fetching');
    // A folder in its place keeps the journal from being written, as a full disk does.
    const staged = join(node.folder, 'activation.json.next');
    await mkdir(staged);
    node.linked = true;
    node.activator.linked();
    await node.until(({ progress }) => progress?.step === 'Switching' && progress.message?.includes('activation.json.next') === true);
    expect(node.runtime.log).toEqual(['build 1', 'start 1', 'build 2']);
    expect(runs(1)(node.activator.status)).toBe(true);
    await rmdir(staged);
    await node.until(runs(2));
    expect(node.runtime.log).toEqual(['build 1', 'start 1', 'build 2', 'stop 1', 'start 2']);
  });

  test('a newer desired state replaces one that is being fetched', async () => {
    node.linked = false;
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1));
    await node.until(({ progress }) => progress?.step === 'Fetching');
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('two'), 2));
    node.linked = true;
    node.activator.linked();
    await node.until(runs(2));
    expect(node.runtime.log).toEqual(['build 2', 'start 2']);
  });

  test('a hold stops change and not work; releasing it lets the change through', async () => {
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1));
    await node.until(runs(1));
    await node.activator.hold(Date.now() + 60_000, 'shift change');
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('two'), 2));
    expect(node.activator.status).toMatchObject({ hold: { reason: 'shift change' }, desired: { generation: 2 } });
    expect(runs(1)(node.activator.status)).toBe(true);
    await node.activator.release();
    await node.until(runs(2));
    expect(node.timeline.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['Held', 'Released']));
  });

  test('outside of its window a bundle is fetched, built once and freed; when that opens it is switched to, though nobody is there', async () => {
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1));
    await node.until(runs(1));
    await node.stop();
    let ahead = 0;
    await node.start({ clock: { ...systemClock(), now: () => Date.now() + ahead } });
    await node.until(runs(1));
    const schedule = { download: [], activate: [windowIn(12)] };
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('two'), 2, { schedule }));
    const staged = await node.until(({ progress }) => progress?.step === 'Staged');
    expect(staged).toMatchObject({ running: { generation: 1 }, desired: { generation: 2 }, progress: { generation: 2, bytesDone: 3, bytesTotal: 3 } });
    expect(node.runtime.log.slice(-2)).toEqual(['build 2', 'stop 2']);
    expect(node.timeline.map(({ reason }) => reason)).toContain('BundleStaged');
    node.linked = false;
    ahead = 12 * 3_600_000;
    node.activator.linked();
    await node.until(runs(2));
    expect(node.runtime.log.slice(-3)).toEqual(['build 2', 'stop 1', 'start 2']);
  });

  test('a bundle that cannot be built says so before its window, and nothing is fetched outside of the window for that', async () => {
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('does not build'), 1, { schedule: { download: [], activate: [windowIn(12)] } }));
    expect((await node.until(({ failure }) => failure !== undefined)).failure).toMatchObject({ generation: 1, reason: 'rule.invalid' });
    const asked = node.controlPlane.artefactRequests.length;
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('later'), 2, { schedule: { download: [windowIn(12)], activate: [] } }));
    await node.until(({ waiting }) => waiting?.download !== undefined);
    expect(node.controlPlane.artefactRequests.length).toBe(asked);
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('now'), 3, { schedule: { download: [windowIn(0)], activate: [windowIn(0)] } }));
    await node.until(runs(3));
  });

  test('a hold ends by itself', async () => {
    await node.activator.hold(Date.now() + 200, 'a moment');
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1));
    expect(node.runtime.log).toEqual([]);
    const status = await node.until(runs(1));
    expect(status.hold).toBeUndefined();
  });

  test('models that do not fit into memory beside what runs are not built, which is said, and built when they do', async () => {
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1));
    await node.until(runs(1));
    node.memory = 64 * 1024 * 1024 + 1_999_999;
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('two', Buffer.alloc(1_000_000, 'm')), 2));
    const status = await node.until(({ progress }) => progress?.problem === 'MemoryFull');
    expect(status).toMatchObject({ running: { generation: 1 }, failure: undefined, progress: { generation: 2, message: expect.stringContaining('69108864 bytes are needed') } });
    expect(node.runtime.log).toEqual(['build 1', 'start 1']);
    node.memory += 1;
    node.activator.linked();
    await node.until(runs(2));
  });

  test('nothing is fetched of a bundle that does not fit onto the disk as a whole', async () => {
    const manifest = node.bundleOf('one', Buffer.alloc(1000, 'm'));
    const [model] = manifest.models;
    const digests = ['a', 'b', 'c'].map((letter): Digest => `sha256:${letter.repeat(64)}`);
    const models = digests.map((digest, index) => ({ ...model, name: `m${index}`, version: 1, digest, bytes: 1024 ** 3, signature: model?.signature ?? { inputs: [], outputs: [] } }));
    await node.stop();
    const store = await ArtefactStore.open(join(node.folder, 'artefacts'));
    store.freeBytes = async () => 2 * 1024 ** 3;
    await node.start({ store });
    await node.activator.accept(node.controlPlane.desired({ ...manifest, models }, 1));
    await node.until(({ progress }) => progress?.problem === 'DiskFull');
    expect(node.controlPlane.artefactRequests).toEqual([]);
  });

  test('a new generation of the same thing interrupts nothing', async () => {
    const manifest = node.bundleOf('one');
    await node.activator.accept(node.controlPlane.desired(manifest, 1));
    await node.until(runs(1));
    await node.activator.accept(node.controlPlane.desired(manifest, 2));
    await node.until(runs(2));
    expect(node.runtime.log).toEqual(['build 1', 'start 1']);
  });

  test('artefacts that neither this bundle nor the one before needs are removed once the new one has proven itself', async () => {
    for (const generation of [1, 2, 3]) {
      await node.activator.accept(node.controlPlane.desired(node.bundleOf(`text ${generation}`), generation));
      await node.until(() => node.confirmed.includes(generation));
    }
    expect(await readdir(join(node.folder, 'artefacts'))).toHaveLength(2);
    await node.stop();
    await node.start();
    await node.until(runs(3));
  });
});
