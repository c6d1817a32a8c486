import { opensAt } from '@selvedge/edge-runtime/protocol';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { welcomeJoiners } from '../joiners/index.ts';
import { advanceRollout, offersFor } from '../rollout/index.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { anAgent } from './testing/an-agent.ts';
import type { TestAgent } from './testing/an-agent.ts';

let world: TestWorld;
let organization: string;
let fleet: string;
let agents: TestAgent[] = [];
let sites = 0;
const as = (role: Parameters<typeof aUser>[1]) => callAs(world.deps, aUser(organization, role));
const operator = () => as('operator').deployments;
const atOnce = { waves: [], maxUnavailable: { unit: 'percent' as const, value: 100 }, bakeSeconds: 0, updateTimeoutSeconds: 60 };

beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
  await as('author').rules.publish({ name: 'watch', text: 'define stream S (v int);\nfrom S[v > 1] select v insert into O;\n' });
});

/** Four nodes, of which the last is not connected. */
beforeEach(async () => {
  const site = `site-${++sites}`;
  fleet = (await as('operator').fleets.create({ name: site, selector: `site=${site}`, settings: {} })).id;
  agents = [];
  for (const letter of ['a', 'b', 'c', 'd']) agents.push(await anAgent(world.deps, organization, `${site}-${letter}`, { site }));
  for (const agent of agents.slice(0, 3)) await agent.connect();
});

const plan = (policy: object) => operator().plan({ fleet, rules: [{ name: 'watch', version: 1 }], policy: { ...atOnce, ...policy } });
async function deploy(policy: object): Promise<string> {
  return (await operator().create({ planHash: (await plan(policy)).hash })).id;
}
async function answer(id: string): Promise<void> {
  const asked = new Set((await operator().nodes({ id })).items.filter((row) => row.state === 'Requested').map((row) => row.node));
  for (const agent of agents) if (asked.has(agent.id)) await agent.run();
  await advanceRollout(world.deps, id);
}
const get = (id: string) => operator().get({ id });

test('a wave takes nodes by their labels, and what is approved is void when these change', async () => {
  const lab = await anAgent(world.deps, organization, `site-${sites}-z`, { site: `site-${sites}`, lab: 'yes' });
  await lab.connect();
  const byLabel = { waves: [{ selector: 'lab=yes', limit: { unit: 'percent', value: 100 } }] };
  const { hash, waves } = await plan(byLabel);
  expect(waves.map(({ nodes }) => nodes)).toEqual([1, 4]);
  await as('operator').nodes.setLabels({ id: agents[0]?.id ?? '', labels: { site: `site-${sites}`, lab: 'yes' } });
  await expect(operator().create({ planHash: hash })).rejects.toMatchObject({ cause: { code: 'PlanChanged', message: expect.stringContaining('labels') } });
  await as('operator').nodes.setLabels({ id: agents[0]?.id ?? '', labels: { site: `site-${sites}` } });
  const id = await deploy(byLabel);
  expect((await operator().nodes({ id, state: 'Requested' })).items.map(({ node }) => node)).toEqual([lab.id]);
});

test('a wave that no node is for blocks a plan, where its nodes would all come later at once', async () => {
  const planned = await plan({ waves: [{ selector: 'lab=yse', limit: { unit: 'percent', value: 100 } }] });
  expect(planned.violations).toEqual([{ code: 'WaveWithoutNodes', blocks: true, message: `A wave takes nodes with lab=yse, and site-${sites} has none.` }]);
  await expect(plan({ waves: [{ selector: 'lab=', limit: { unit: 'nodes', value: 1 } }] })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

test('what is fetched ahead within windows by cron is not offered to an agent that could not read them', async () => {
  const cron = [{ cron: '0 2 * * *', graceMinutes: 60, timeZone: 'Etc/UTC' }];
  await deploy({ waves: [{ limit: { unit: 'nodes', value: 1 } }], bakeSeconds: 3600, fetchAhead: true, downloadWindows: cron });
  const [second, third] = [agents[1]?.id ?? '', agents[2]?.id ?? ''];
  await world.deps.db.node.update({ where: { id: third }, data: { agentVersion: '0.3.0' } });
  const offers = await offersFor(world.deps, [second, third]);
  expect([...offers].map(([id, { download }]) => [id, download])).toEqual([[second, cron]]);
});

test('so many at most of a group change at one time, by the labels that nodes have now', async () => {
  const site = `site-${sites}`;
  for (const [index, agent] of agents.entries()) await as('operator').nodes.setLabels({ id: agent.id, labels: { site, line: index < 2 ? 'a' : 'b' } });
  const id = await deploy({ maxUnavailablePer: { labels: ['line'], nodes: 1 } });
  const requested = async () => (await operator().nodes({ id, state: 'Requested' })).items.map(({ name }) => name);
  expect(await requested()).toEqual([`${site}-a`, `${site}-c`]);
  await as('operator').nodes.setLabels({ id: agents[1]?.id ?? '', labels: { site, line: 'c' } });
  await advanceRollout(world.deps, id);
  expect(await requested()).toEqual([`${site}-a`, `${site}-b`, `${site}-c`]);
});

test('abort ends it where it is, and its bundle is not planned again before a person allows it', async () => {
  const id = await deploy({ onFailure: 'abort' });
  await agents[0]?.fail('no room');
  await advanceRollout(world.deps, id);
  const ended = await get(id);
  expect(ended).toMatchObject({ state: 'Cancelled', excludedBecause: '1 of 4 nodes in wave 1 failed, and 0 % may. It ends here: nodes that were told keep what they were told.', can: { allow: { allowed: true } } });
  const blocked = await plan({});
  expect([blocked.startable, blocked.violations]).toEqual([false, [{ code: 'RevisionExcluded', blocks: true, message: expect.stringMatching(/^Exactly this stopped itself on \d{4}-\d\d-\d\d: 1 of 4 nodes in wave 1 failed/) }]]);
  await expect(operator().create({ planHash: blocked.hash })).rejects.toMatchObject({ cause: { code: 'PlanBlocked' } });
  await expect(as('viewer').deployments.allow({ id })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
  await operator().allow({ id, reason: 'the disk was mended' });
  expect((await get(id)).decisions[0]).toMatchObject({ kind: 'Allowed', message: expect.stringContaining('the disk was mended') });
  expect((await plan({})).startable).toBe(true);
  await expect(operator().allow({ id })).rejects.toMatchObject({ cause: { code: 'Conflict' } });
});

test('who joins later gets what the fleet runs with the windows in which it was deployed', async () => {
  const windows = [{ days: [0, 1, 2, 3, 4, 5, 6], from: '02:00', to: '04:00', timeZone: 'Europe/Berlin' }];
  const id = await deploy({ activateWindows: windows, downloadWindows: windows });
  for (const agent of agents.slice(0, 3)) await agent.run();
  await advanceRollout(world.deps, id);
  expect((await get(id)).state).toBe('Succeeded');
  const late = await anAgent(world.deps, organization, `site-${sites}-late`, { site: `site-${sites}` });
  await late.connect();
  await welcomeJoiners(world.deps, [late.id]);
  expect((await late.desired())?.schedule).toEqual({ download: windows, activate: windows });
});

test('a person who resumes it allows its bundle, and so does its success', async () => {
  const id = await deploy({});
  await agents[0]?.fail('no room');
  await advanceRollout(world.deps, id);
  expect((await get(id)).excludedBecause).not.toBeNull();
  await operator().resume({ id });
  expect((await get(id)).excludedBecause).toBeNull();
});

test('a wave waits for as many reports as its policy wants, and says for whom', async () => {
  const id = await deploy({ successThresholdPercent: 100 });
  await answer(id);
  expect((await get(id)).state).toBe('Progressing');
  expect((await as('viewer').why.deployment({ id })).causes.map(({ code }) => code)).toEqual(['WaitsForReports', 'NodesOffline']);
  await agents[3]?.connect();
  await advanceRollout(world.deps, id);
  await answer(id);
  expect((await get(id)).state).toBe('Succeeded');
});

test('an absence is a failure where the policy says so, once the time to update has passed', async () => {
  const id = await deploy({ whenDisconnected: 'error' });
  await answer(id);
  expect((await get(id)).state).toBe('Progressing');
  world.deps.clock.advance(61_000);
  await advanceRollout(world.deps, id);
  expect(await get(id)).toMatchObject({ state: 'Suspended', nodes: { failed: 1, running: 3 } });
  expect((await operator().nodes({ id, state: 'Failed' })).items[0]?.message).toBe("It has not been connected within 60 s of its wave's beginning.");
});

test('an absence that is expected keeps no place', async () => {
  const id = await deploy({ whenDisconnected: 'expected', maxUnavailable: { unit: 'nodes', value: 1 } });
  const [first] = (await operator().nodes({ id, state: 'Requested' })).items;
  await agents.find((agent) => agent.id === first?.node)?.disconnect();
  await advanceRollout(world.deps, id);
  expect((await operator().nodes({ id, state: 'Requested' })).items).toHaveLength(1);
});

test('nodes are told ahead of the window to switch in, wait staged without being late, and keep their places', async () => {
  const hour = (ahead: number): string => `${String((new Date(world.deps.clock.now()).getUTCHours() + ahead) % 24).padStart(2, '0')}:00`;
  const activateWindows = [{ days: [0, 1, 2, 3, 4, 5, 6], from: hour(12), to: hour(14), timeZone: 'Etc/UTC' }];
  const id = await deploy({ activateWindows, maxUnavailable: { unit: 'nodes', value: 2 } });
  const told = agents.slice(0, 3).filter((_, index) => index < 2);
  for (const agent of told) {
    expect((await agent.desired())?.schedule).toEqual({ download: [], activate: activateWindows });
    await agent.stage();
  }
  world.deps.clock.advance(600_000);
  await advanceRollout(world.deps, id);
  expect(await get(id)).toMatchObject({ state: 'Progressing', nodes: { staged: 2, applying: 0, running: 0, failed: 0, toCome: 1 } });
  expect(await as('viewer').nodes.get({ id: told[0]?.id ?? '' })).toMatchObject({ sync: { status: 'OutOfSync', reason: 'Staged' }, activation: { step: 'Staged' } });
  expect((await as('viewer').why.node({ id: told[0]?.id ?? '' })).causes).toMatchObject([{ code: 'Staged', byItself: { at: expect.any(Number) } }]);
  expect((await as('viewer').why.deployment({ id })).causes.map(({ code }) => code)).toEqual(['NodesStaged', 'NodesToCome', 'NodesOffline']);
  await told[0]?.disconnect();
  world.deps.clock.advance(3_600_000);
  await advanceRollout(world.deps, id);
  expect(await get(id)).toMatchObject({ nodes: { staged: 1, offline: 2, toCome: 1 } });
  // It opens: the one that does not switch is late after its time, the one that is cut off has switched by itself.
  const now = world.deps.clock.now();
  world.deps.clock.advance(opensAt(activateWindows, now) - now + 10_000);
  await advanceRollout(world.deps, id);
  expect((await get(id)).nodes.failed).toBe(0);
  world.deps.clock.advance(61_000);
  await told[0]?.connect();
  await told[0]?.run();
  await advanceRollout(world.deps, id);
  expect((await get(id)).nodes).toMatchObject({ running: 1, failed: 1 });
  await operator().rollBack({ id });
  await advanceRollout(world.deps, id);
  expect(await told[0]?.desired()).toMatchObject({ schedule: undefined });
});

test('a node that waits for its window to fetch in is not late by that', async () => {
  const hour = (ahead: number): string => `${String((new Date(world.deps.clock.now()).getUTCHours() + ahead) % 24).padStart(2, '0')}:00`;
  const downloadWindows = [{ days: [0, 1, 2, 3, 4, 5, 6], from: hour(12), to: hour(14), timeZone: 'Etc/UTC' }];
  const id = await deploy({ downloadWindows, maxUnavailable: { unit: 'nodes', value: 2 } });
  world.deps.clock.advance(600_000);
  await advanceRollout(world.deps, id);
  expect(await get(id)).toMatchObject({ state: 'Progressing', nodes: { applying: 2, failed: 0 } });
  const now = world.deps.clock.now();
  world.deps.clock.advance(opensAt(downloadWindows, now) - now + 10_000);
  await advanceRollout(world.deps, id);
  expect((await get(id)).nodes.failed).toBe(0);
  world.deps.clock.advance(61_000);
  await advanceRollout(world.deps, id);
  expect((await get(id)).nodes.failed).toBe(2);
});

test('an agent that does not know windows is not given any', async () => {
  await world.deps.db.node.update({ where: { id: agents[0]?.id ?? '' }, data: { agentVersion: '0.1.9' } });
  const window = { days: [0], from: '02:00', to: '04:00', timeZone: 'Etc/UTC' };
  expect((await plan({ activateWindows: [window] })).violations).toMatchObject([{ code: 'AgentTooOld', blocks: true, message: expect.stringContaining('keep to windows') }, { code: 'AgentTooOld', blocks: false }]);
  expect((await plan({}))).toMatchObject({ startable: true, violations: [{ code: 'AgentTooOld', blocks: false, message: expect.stringContaining('engine') }] });
  await world.deps.db.organization.update({ where: { id: organization }, data: { bundleThreshold: 2 } });
  expect((await plan({})).violations.map(({ message }) => message)).toContainEqual(expect.stringMatching(/older than 0\.3\.0, for which one signature is enough/));
});
