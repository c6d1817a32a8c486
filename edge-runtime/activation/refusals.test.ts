import { generateKeyPairSync } from 'node:crypto';
import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ActivationFixture, runs } from '../sim/activation-fixture.ts';
import { systemClock } from '../kernel/clock.ts';
import { digestOf, SimulatedControlPlane } from '../sim/control-plane.ts';
import { VolatileDisk } from '../sim/volatile-disk.ts';
import { downloadArtefact } from './artefact-download.ts';
import { ArtefactStore } from './artefact-store.ts';
import { TrustAnchor } from './trust.ts';

let node: ActivationFixture;
beforeEach(async () => {
  node = await ActivationFixture.create();
});
afterEach(() => node.remove());

describe('what a node refuses (I1, I3)', () => {
  const refused = async (code: string): Promise<void> => {
    await node.until(() => node.timeline.some(({ reason }) => reason === code));
    expect(node.activator.status.running).toBeUndefined();
    expect(node.runtime.log).toEqual([]);
  };

  test('an unsigned assignment or bundle, and one signed by a key it does not know', async () => {
    const stranger = generateKeyPairSync('ed25519').privateKey;
    const desired = node.controlPlane.desired(node.bundleOf('one'), 1);
    await node.activator.accept({ ...desired, assignment: node.controlPlane.seal(JSON.parse(desired.assignment.payload), stranger) });
    await refused('SignatureInvalid');
    await node.activator.accept({ ...desired, bundle: node.controlPlane.seal(JSON.parse(desired.bundle.payload), stranger) });
    await node.activator.accept({ ...desired, assignment: { ...desired.assignment, signatures: [] } });
    await node.activator.accept({ ...desired, bundle: { ...desired.bundle, signatures: [] } });
    expect(node.timeline.filter(({ reason }) => reason === 'SignatureInvalid')).toHaveLength(4);
    expect(node.activator.status.rejection?.code).toBe('SignatureInvalid');
  });

  test('a tampered manifest', async () => {
    const desired = node.controlPlane.desired(node.bundleOf('one'), 1);
    await node.activator.accept({ ...desired, bundle: { ...desired.bundle, payload: desired.bundle.payload.replace('"r"', '"s"') } });
    await refused('SignatureInvalid');
  });

  test('an assignment whose window was opened by somebody else', async () => {
    const closed = { days: [1], from: '02:00', to: '02:01', timeZone: 'Etc/UTC' };
    const desired = node.controlPlane.desired(node.bundleOf('one'), 1, { schedule: { download: [], activate: [closed] } });
    for (const payload of [desired.assignment.payload.replace('"02:01"', '"02:00"'), desired.assignment.payload.replace(/,"schedule":.*$/, '}')]) {
      expect(payload).not.toBe(desired.assignment.payload);
      await node.activator.accept({ ...desired, assignment: { ...desired.assignment, payload } });
    }
    await refused('SignatureInvalid');
    expect(node.activator.status.desired).toBeUndefined();
  });

  test('a manifest other than the assignment names', async () => {
    const desired = node.controlPlane.desired(node.bundleOf('one'), 1);
    await node.activator.accept({ ...desired, bundle: node.controlPlane.seal(node.bundleOf('two')) });
    await refused('DigestMismatch');
  });

  test('an assignment for another node, or another organization', async () => {
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1, { node: 'node_2' }));
    await refused('WrongNode');
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1, { organization: 'org_2' }));
    await refused('WrongOrganization');
    await node.activator.accept(node.controlPlane.desired({ ...node.bundleOf('one'), organization: 'org_2' }, 1));
    await refused('WrongOrganization');
  });

  test('a bundle larger than it takes, before fetching any of it', async () => {
    const manifest = node.bundleOf('one');
    await node.activator.accept(node.controlPlane.desired({ ...manifest, rules: manifest.rules.map((rule) => ({ ...rule, bytes: 2 * 1024 * 1024 })) }, 1));
    await refused('TooLarge');
    expect(node.controlPlane.artefactRequests).toEqual([]);
  });

  test('a generation at or below what it has accepted, over a restart too', async () => {
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 5));
    await node.until(runs(5));
    await node.stop();
    await node.start();
    await node.until(runs(5));
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('two'), 4));
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('two'), 5));
    expect(node.timeline.filter(({ reason }) => reason === 'OlderGeneration')).toHaveLength(2);
    expect(node.activator.status.running?.generation).toBe(5);
    expect(node.activator.status.rejection).toBeUndefined();
  });

  test('a generation so far ahead that none could follow it', async () => {
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), Number.MAX_SAFE_INTEGER));
    await refused('TooFarAhead');
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 7));
    await node.until(runs(7));
  });

  test('what was recorded and is played back after its time, but not what runs already', async () => {
    const now = Date.now();
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 3, { validUntil: now - 1 }));
    await refused('Expired');
    expect(node.activator.status.rejection?.code).toBe('Expired');
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 3, { issuedAt: now, validUntil: now + 3_600_000 }));
    await node.until(runs(3));
    // Told again on another day, and after a restart beyond its time: it is known and goes on.
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 3, { issuedAt: now, validUntil: now - 1 }));
    expect(node.timeline.filter(({ reason }) => reason === 'Expired' || reason === 'OlderGeneration')).toHaveLength(1);
  });

  test('a transfer that brings a byte now and then, for ever', async () => {
    const content = Buffer.alloc(100_000, 7);
    const server = createServer((_, response) => {
      response.writeHead(200);
      const trickle = setInterval(() => response.write('x'), 10);
      response.on('close', () => clearInterval(trickle));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const store = await ArtefactStore.open(join(node.folder, 'trickle'));
    const artefact = { digest: digestOf(content), bytes: content.length, title: 'a model' };
    const source = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 't' };
    await expect(downloadArtefact({ store, source, clock: systemClock(), pace: { windowMs: 200, bytesMin: 1000 } }, artefact, () => undefined, new AbortController().signal)).rejects.toMatchObject({ reason: 'TransferBroken', lasting: false, message: expect.stringContaining('came in 0.2 s') });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test('an artefact with another content than its digest, shorter, longer or changed', async () => {
    const manifest = node.bundleOf('one');
    let generation = 0;
    for (const tamper of [(content: Buffer) => Buffer.from(content).fill(120, 0, 1), (content: Buffer) => Buffer.concat([content, content])]) {
      node.controlPlane.tamper = tamper;
      await node.activator.accept(node.controlPlane.desired(manifest, ++generation));
      await node.until(({ failure }) => failure?.generation === generation && failure.reason === 'DigestMismatch');
    }
    expect(await readdir(join(node.folder, 'artefacts'))).toEqual([]);
    expect(node.runtime.log).toEqual([]);
  });

  test('an artefact that the control plane does not have', async () => {
    const manifest = node.bundleOf('one');
    node.controlPlane.artefacts.clear();
    await node.activator.accept(node.controlPlane.desired(manifest, 1));
    await node.until(({ failure }) => failure?.reason === 'ArtefactNotFound');
  });

  test('an artefact that changed on its own disk is fetched again before it runs', async () => {
    const manifest = node.bundleOf('one');
    await node.activator.accept(node.controlPlane.desired(manifest, 1));
    await node.until(runs(1));
    await node.stop();
    const path = join(node.folder, 'artefacts', manifest.rules[0]?.digest.slice(7) ?? '');
    await writeFile(path, 'eno');
    await node.start();
    await node.until(runs(1));
    expect(await readFile(path, 'utf8')).toBe('one');
  });

  test('a journal that was changed by hand does not run', async () => {
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1));
    await node.until(runs(1));
    await node.stop();
    const path = join(node.folder, 'activation.json');
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(String.raw`\"generation\":1`, String.raw`\"generation\":9`));
    await node.start();
    expect(node.activator.status.current).toBeUndefined();
    expect(node.timeline.map(({ reason }) => reason)).toContain('BundleOnDiskRefused');
  });

  test('a journal cut off in the middle is put aside, and the node asks anew', async () => {
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1));
    await node.until(runs(1));
    await node.stop();
    await truncate(join(node.folder, 'activation.json'), 40);
    await node.start();
    expect(node.activator.status.current).toBeUndefined();
    expect((await stat(join(node.folder, 'activation.json.damaged'))).size).toBe(40);
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1));
    await node.until(runs(1));
  });
});

test('trust is pinned once: another control plane, organization or node changes nothing', async () => {
  const trust = await TrustAnchor.load(node.folder);
  expect(await trust.pin(node.controlPlane.welcome(), 2)).toBe('same');
  expect(await trust.pin({ ...node.controlPlane.welcome(), node: 'node_2' }, 2)).toBe('different');
  const impostor = new SimulatedControlPlane();
  expect(await trust.pin({ ...node.controlPlane.welcome(), signingKeys: [{ keyId: 'signing-1', publicKey: impostor.publicKey }] }, 2)).toBe('different');
  expect((await TrustAnchor.load(node.folder)).trust).toMatchObject({ pinnedAt: 1, signingKeys: [{ publicKey: node.controlPlane.publicKey }] });
});

describe('what was refused', () => {
  test('is forgotten when what runs is told again, and not by a recording of something older', async () => {
    const running = node.controlPlane.desired(node.bundleOf('one'), 1);
    await node.activator.accept(running);
    await node.until(runs(1));
    const stranger = generateKeyPairSync('ed25519').privateKey;
    const forged = { ...running, assignment: node.controlPlane.seal(JSON.parse(running.assignment.payload), stranger) };
    await node.activator.accept(forged);
    expect(node.activator.status.rejection).toMatchObject({ code: 'SignatureInvalid' });
    await node.activator.accept(running);
    expect(node.activator.status.rejection).toBeUndefined();
    await node.activator.accept(node.controlPlane.desired(node.bundleOf('two'), 2, { validUntil: 1 }));
    await node.activator.accept(running);
    expect(node.activator.status.rejection).toMatchObject({ code: 'Expired' });
  });
});

test('what a disk without room cannot take down is said, and taken on when there is room, without being told again', async () => {
  await node.stop();
  let retry: () => void = () => undefined;
  const clock = { ...systemClock(), after: (_: number, callback: () => void) => ((retry = callback), () => undefined) };
  const disk = new VolatileDisk(() => 0);
  await node.start({ disk, clock });
  disk.isFull = true;
  await node.activator.accept(node.controlPlane.desired(node.bundleOf('one'), 1));
  expect(node.activator.status.rejection).toMatchObject({ code: 'DiskFailed', message: expect.stringContaining('tried again') });
  disk.isFull = false;
  retry();
  await node.until(runs(1));
  expect(node.activator.status.rejection).toBeUndefined();
});
