import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { TrustAnchor } from '../activation/trust.ts';
import { KeyRotation } from '../host/key-rotation.ts';
import { NodeKeys } from '../link/identity.ts';
import { SimulatedControlPlane } from './control-plane.ts';
import type { Fate } from './power-cut.ts';

const script = fileURLToPath(new URL('./crashing-rotation.ts', import.meta.url));
const root = await mkdtemp(join(tmpdir(), 'selvedge-rotation-'));
afterAll(() => rm(root, { recursive: true }));

let controlPlane: SimulatedControlPlane;
beforeEach(async () => {
  const opened = await new SimulatedControlPlane().listen();
  controlPlane = opened;
  return () => opened.close();
});

async function run(folder: string, options: Record<string, string> = {}): Promise<{ lines: string[]; signal: NodeJS.Signals | null }> {
  const child = spawn(process.execPath, [script, '--folder', folder, '--link', controlPlane.url, ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data) => (output += String(data)));
  const signal = await new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_code, by) => resolve(by)));
  return { lines: output.trim().split('\n').filter(Boolean), signal };
}

/** A folder of a node that was welcomed once, with its key. */
async function aFolder(name: string): Promise<{ folder: string; key: string }> {
  const folder = join(root, `${name}-${Math.random()}`);
  await cp(await mkdtemp(join(root, 'empty-')), folder, { recursive: true });
  const { lines } = await run(folder, { until: 'welcome' });
  return { folder, key: lines[0]?.split(' ')[1] ?? '' };
}

describe('a node that ends at any moment while it changes its key', () => {
  test.each<[string, Fate, boolean]>([
    ['killed', 'kill', false],
    ['cut from power, with nothing left that was not flushed, where the control plane took the key and did not say so', 'power', true],
  ])('%s, comes back, is welcome under the key that the control plane has, and has no other', { timeout: 600_000 }, async (name, fate, isSilent) => {
    let ended = 0;
    const { folder: before, key } = await aFolder(name.replaceAll(/\W/g, '-'));
    for (let killAt = 1; ; killAt += 1) {
      const folder = join(root, `ended-${killAt}-${Math.random()}`);
      await cp(before, folder, { recursive: true });
      controlPlane.replaced.clear();
      controlPlane.asksForKey = true;
      controlPlane.isSilentAboutKeys = isSilent;
      // A silent control plane ends the connection, and the node comes back by itself.
      const cutting = isSilent ? controlPlane.until(() => controlPlane.replaced.get(key)).then(() => controlPlane.latest?.close(1013, 'try again later')) : undefined;
      const crash = await run(folder, { 'kill-at': String(killAt), fate });
      const after = await run(folder, { until: controlPlane.replaced.has(key) ? 'welcome' : 'changed' });
      await cutting;
      const known = controlPlane.replaced.get(key);
      expect(after.lines.at(-2), `after moment ${killAt}`).toMatch(new RegExp(`^(welcome|changed) ${known}$`));
      expect((await NodeKeys.load(folder)).publicKey, `after moment ${killAt}`).toBe(known);
      expect((await readdir(folder)).filter((file) => file.startsWith('identity')), `after moment ${killAt}`).toEqual(['identity.pem']);
      await rm(folder, { recursive: true });
      if (crash.signal !== 'SIGKILL') break;
      ended += 1;
    }
    // A key is made, shown, put in place and remembered: each write, flush and rename before and after.
    expect(ended).toBeGreaterThanOrEqual(20);
  });
});

test('a node keeps the key by which it is known, whatever is said by whom it does not trust, or of another key', async () => {
  const { folder, key } = await aFolder('lied-to');
  const keys = await NodeKeys.load(folder);
  const trust = await TrustAnchor.load(folder);
  const notes: string[] = [];
  const shown: string[] = [];
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const rotation = new KeyRotation({ keys, trust, send: ({ publicKey }) => shown.push(publicKey), followKeys: async () => undefined, note: ({ reason }) => notes.push(reason), logger });
  await rotation.answer();
  const next = shown[0] ?? '';
  controlPlane.replaced.set(key, next);
  expect(await rotation.taken(controlPlane.keyTaken(key, generateKeyPairSync('ed25519').privateKey))).toBe(false);
  controlPlane.replaced.set(key, 'A'.repeat(43));
  expect(await rotation.taken(controlPlane.keyTaken(key))).toBe(false);
  expect(keys.publicKey).toBe(key);
  controlPlane.replaced.set(key, next);
  expect(await rotation.taken(controlPlane.keyTaken(key))).toBe(true);
  expect([keys.publicKey, (await NodeKeys.load(folder)).publicKey]).toEqual([next, next]);
  expect(notes).toEqual(['KeyChangeRefused', 'KeyChanged']);
});

test('who deletes the key of a node gets another one, not the one that was to follow it', async () => {
  const { folder } = await aFolder('deleted');
  const next = await (await NodeKeys.load(folder)).next();
  await rm(join(folder, 'identity.pem'));
  expect((await NodeKeys.load(folder)).publicKey).not.toBe(next.publicKey);
  expect((await readdir(folder)).filter((file) => file.startsWith('identity'))).toEqual(['identity.pem']);
});
