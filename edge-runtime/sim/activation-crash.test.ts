import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TrustAnchor } from '../activation/trust.ts';
import { type BundleManifest, settingsSchema } from '../protocol/index.ts';
import { SimulatedControlPlane } from './control-plane.ts';
import { writeOfflineFile } from './offline-file.ts';

const script = fileURLToPath(new URL('./crashing-activation.ts', import.meta.url));

let root: string;
let controlPlane: SimulatedControlPlane;

async function activate(folder: string, options: Record<string, string>): Promise<{ lines: string[]; signal: NodeJS.Signals | null }> {
  const child = spawn(process.execPath, [script, '--folder', folder, ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data) => (output += String(data)));
  const signal = await new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_code, by) => resolve(by)));
  return { lines: output.trim().split('\n').filter(Boolean), signal };
}

function bundleOf(...texts: string[]): BundleManifest {
  const rules = texts.map((text, index) => ({ name: `r${index}`, version: 1, ...controlPlane.publish(text) }));
  return { schema: 'selvedge.bundle/1', organization: controlPlane.organization, rules, models: [], references: {}, settings: settingsSchema.parse({}) };
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'selvedge-crash-'));
  controlPlane = await new SimulatedControlPlane().listen();
  await writeFile(join(root, 'old.json'), JSON.stringify(controlPlane.desired(bundleOf('old-a', 'old-b'), 1)));
  await writeFile(join(root, 'new.json'), JSON.stringify(controlPlane.desired(bundleOf('new-a', 'old-b'), 2)));
  const before = join(root, 'before');
  await mkdir(before);
  await (await TrustAnchor.load(before)).pin(controlPlane.welcome(), 1);
  await activate(before, { desired: join(root, 'old.json'), source: `${controlPlane.url}/artefacts`, until: '1' });
});
afterAll(async () => {
  await controlPlane.close();
  await rm(root, { recursive: true });
});

describe('an agent killed at any moment of an activation (I2)', () => {
  test.each(['kill', 'power'])('comes up with the old or the new bundle, whole, and then reaches the new one (%s)', { timeout: 600_000 }, async (fate) => {
    const source = `${controlPlane.url}/artefacts`;
    const desired = join(root, 'new.json');
    const changes = await changesOf(source, desired, fate);
    // What is accepted is written down, the one new artefact is kept, and what runs is written down: each synced, then named, then its name synced.
    // What the agent reads when it starts is flushed first, for whoever wrote it may not have lived to do that.
    expect(changes).toEqual(['sync', 'sync', 'sync', ...replaced, ...replaced, ...replaced]);
    const cameUp = new Set<string>();
    let killed = 0;
    for (let killAt = 1; ; killAt += 1) {
      const folder = join(root, `killed-${killAt}`);
      await cp(join(root, 'before'), folder, { recursive: true });
      const crash = await activate(folder, { desired, source, until: '2', 'kill-at': String(killAt), fate });
      if (crash.signal !== 'SIGKILL') {
        // Past the last moment there is: it ran through, so every moment before was tried.
        expect(crash.lines).toContain('up 2 new-a+old-b');
        break;
      }
      killed += 1;
      const after = await activate(folder, { desired, source, until: '2' });
      const [first, ...rest] = after.lines.filter((line) => line.startsWith('up'));
      expect(['up 1 old-a+old-b', 'up 2 new-a+old-b'], `after moment ${killAt}`).toContain(first);
      expect([first, ...rest].at(-1), `after moment ${killAt}`).toBe('up 2 new-a+old-b');
      cameUp.add(first ?? '');
      await rm(folder, { recursive: true });
    }
    // Before and after each change, and as either bundle is started and stopped.
    expect(killed).toBe(2 * changes.length + 4);
    expect(cameUp.size).toBe(2);
  });
});

describe('an agent killed at any moment before its window (I2)', () => {
  test('comes up with the old bundle, and switches when the window opens, cut off from the control plane', { timeout: 300_000 }, async () => {
    const source = `${controlPlane.url}/artefacts`;
    const desired = join(root, 'scheduled.json');
    const hour = (ahead: number): string => `${String((new Date().getUTCHours() + ahead) % 24).padStart(2, '0')}:00`;
    const schedule = { download: [], activate: [{ days: [0, 1, 2, 3, 4, 5, 6], from: hour(12), to: hour(14), timeZone: 'Etc/UTC' }] };
    await writeFile(desired, JSON.stringify(controlPlane.desired(bundleOf('new-a', 'old-b'), 2, { schedule })));
    let killed = 0;
    for (let killAt = 1; ; killAt += 1) {
      const folder = join(root, `staged-${killAt}`);
      await cp(join(root, 'before'), folder, { recursive: true });
      const crash = await activate(folder, { desired, source, until: 'staged', 'kill-at': String(killAt) });
      expect(crash.lines.filter((line) => line.startsWith('up 2')), `before moment ${killAt}`).toEqual([]);
      // Every third comes up before its window once more.
      const again = killAt % 3 === 0 ? await activate(folder, { desired, source, until: 'staged' }) : { lines: [] };
      expect(again.lines.filter((line) => line.startsWith('up 2')), `after moment ${killAt}`).toEqual([]);
      const later = await activate(folder, { desired, source, until: '2', 'clock-ahead': String(12 * 3_600_000) });
      expect(later.lines.filter((line) => line.startsWith('up')), `after moment ${killAt}`).toEqual(['up 1 old-a+old-b', 'up 2 new-a+old-b']);
      await rm(folder, { recursive: true });
      if (crash.signal !== 'SIGKILL') break;
      killed += 1;
    }
    expect(killed).toBeGreaterThan(15);
    const folder = join(root, 'cut-off');
    await cp(join(root, 'before'), folder, { recursive: true });
    await activate(folder, { desired, source, until: 'staged' });
    expect((await activate(folder, { until: '2', 'clock-ahead': String(12 * 3_600_000) })).lines).toEqual(expect.arrayContaining(['up 1 old-a+old-b', 'up 2 new-a+old-b']));
  });
});

describe('an agent killed at any moment while it takes a bundle from a file (I2)', () => {
  test('comes up with the old or the new bundle, whole, and reaches the new one when the file is applied again', { timeout: 300_000 }, async () => {
    const file = join(root, 'n1.selvedge');
    await writeOfflineFile(file, controlPlane.desired(bundleOf('new-a', 'old-b'), 2), (digest) => controlPlane.artefacts.get(digest));
    const cameUp = new Set<string>();
    let killed = 0;
    for (let killAt = 1; ; killAt += 1) {
      const folder = join(root, `carried-${killAt}`);
      await cp(join(root, 'before'), folder, { recursive: true });
      const crash = await activate(folder, { file, until: '2', 'kill-at': String(killAt) });
      const after = await activate(folder, { file, until: '2' });
      const [first, ...rest] = after.lines.filter((line) => line.startsWith('up'));
      expect(['up 1 old-a+old-b', 'up 2 new-a+old-b'], `after moment ${killAt}`).toContain(first);
      expect([first, ...rest].at(-1), `after moment ${killAt}`).toBe('up 2 new-a+old-b');
      await rm(folder, { recursive: true });
      if (crash.signal !== 'SIGKILL') break;
      cameUp.add(first ?? '');
      killed += 1;
    }
    expect(killed).toBeGreaterThan(20);
    expect(cameUp.size).toBe(2);
  });
});

const replaced = ['writeFile', 'sync', 'rename', 'sync'];

/** How an activation that nobody disturbs changes the disk, in order. */
async function changesOf(source: string, desired: string, name: string): Promise<string[]> {
  const folder = join(root, `undisturbed-${name}`);
  await cp(join(root, 'before'), folder, { recursive: true });
  const { lines } = await activate(folder, { desired, source, until: '2' });
  return lines.find((line) => line.startsWith('changes '))?.split(' ').slice(1) ?? [];
}
