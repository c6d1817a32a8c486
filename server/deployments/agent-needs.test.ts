import { agentVersion } from '@selvedge/edge-runtime/protocol';
import { expect, test } from 'vitest';
import { agentNeeds, unmetBy } from './agent-needs.ts';

const window = { days: [0], from: '02:00', to: '04:00', timeZone: 'Etc/UTC' };
const plain = { labels: [], policy: { downloadWindows: [], activateWindows: [] }, threshold: 1 };
const said = (version: string, given: Partial<Parameters<typeof agentNeeds>[0]>): string[] => unmetBy(version, agentNeeds({ ...plain, ...given })).map(({ since, blocks, older }) => `${since}${blocks ? '!' : ''} ${older.split(':')[0]}`);

test('an agent of this release knows of all that can be asked', () => {
  expect(said(agentVersion, { labels: ['site'], policy: { downloadWindows: [window], activateWindows: [window] }, threshold: 3 })).toEqual([]);
});

test('an older one knows of less, and each is named with what comes of it', () => {
  const engine = `${agentVersion} whose engine is older than the one that checked these rules`;
  expect(said('0.2.5', {})).toEqual([engine]);
  expect(said('0.2.5', { threshold: 2 })).toEqual(['0.3.0 for which one signature is enough', engine]);
  expect(said('0.3.0', { policy: { downloadWindows: [], activateWindows: [{ cron: '0 2 * * *', graceMinutes: 60, timeZone: 'Etc/UTC' }] } })).toEqual(['0.4.0! which cannot keep to windows by cron', engine]);
  expect(said('0.1.9', { labels: ['site'], policy: { downloadWindows: [], activateWindows: [window] } })).toEqual(['0.2.0! which cannot keep to windows', '0.2.0! which cannot fill in labels', engine]);
  expect(said('nonsense', {})).toEqual(['0.1.0! which cannot run this bundle', engine]);
});
