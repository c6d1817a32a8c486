import { emptySketch } from '@selvedge/edge-runtime/protocol';
import { describe, expect, test } from 'vitest';
import { advanceRollout } from '../rollout/index.ts';
import { addBuckets } from '../telemetry/repository.ts';
import { aUser, callAs } from '../testing/index.ts';
import { gatedTests } from './testing/gated-fleet.ts';

const size = 30;
const gates = [
  { metric: 'detectionsPerHour', compare: 'atMostTimesControl', bound: 2 },
  { metric: 'errorsPercent', compare: 'atMost', bound: 1 },
] as const;
const gated = { waves: [{ limit: { unit: 'percent' as const, value: 10 } }], maxUnavailable: { unit: 'percent' as const, value: 100 }, bakeSeconds: 600, gates: [...gates] };

const { here, as, get } = gatedTests(size);

/** What nodes told over the minutes up to now, two messages a minute; `times` is how often each detects beside its habit. */
async function tell(minutes: number, times: (node: number) => number, errors: (node: number) => number = () => 0): Promise<void> {
  const now = Math.floor(here.world.deps.clock.now() / 10_000) * 10_000;
  const rows = here.fleet.agents.flatMap((agent, node) =>
    Array.from({ length: minutes * 2 }, (_, step) => ({
      organizationId: here.organization,
      scope: agent.id,
      kind: 'node' as const,
      stepSeconds: 10 as const,
      at: now - (step + 1) * 30_000,
      figures: { events: 1000, predictions: 0, detections: Math.round((4 + (node % 5)) * times(node)) + (step % 2), actions: 0, refused: errors(node), deadLetters: 0, lag: null, buffered: 0, oldestAt: null, latency: emptySketch() },
    })),
  );
  await here.world.deps.db.$transaction((tx) => addBuckets(tx, rows));
}

async function toTheFirstLook(times: (node: number) => number, errors?: (node: number) => number): Promise<string> {
  await tell(15, () => 1);
  const id = await here.fleet.deploy(2, gated);
  await here.fleet.answer(id);
  expect((await get(id)).waves[0]).toMatchObject({ state: 'Baking', looks: [] });
  here.world.deps.clock.advance(201_000);
  await tell(3, times, errors);
  await advanceRollout(here.world.deps, id);
  return id;
}

const inWave = (node: number): boolean => node < size / 10;

describe('a rollout with gates', () => {
  test('is stopped by its canary, with a verdict that is replayed from what was kept', async () => {
    const id = await toTheFirstLook((node) => (inWave(node) ? 5 : 1.3));
    const deployment = await get(id);
    expect(deployment.state).toBe('Suspended');
    expect(deployment.decisions[0]).toMatchObject({ kind: 'GateStopped', message: expect.stringMatching(/^Stopped in wave 1: detections an hour 3\.\d × control \(at most 2 ×\), 3 nodes against 27, p = 0\.00025, below 0\.0063\. Nothing more is asked until a person decides\.$/), evidence: { metric: 'detectionsPerHour', nodes: 3, controls: 27 } });
    expect(deployment.waves[0]?.looks).toMatchObject([{ look: 1, verdicts: [{ outcome: 'Stopped' }, { outcome: 'Passed', value: 0 }] }]);
    const look = await as('viewer').deployments.look({ id, wave: 0, look: 1 });
    expect(look).toMatchObject({ replayed: true, verdicts: [{ outcome: 'Stopped' }, { outcome: 'Passed' }] });
    expect([look.evidence.wave.length, look.evidence.control.length, look.changes[0]?.wave.length, look.changes[1]]).toEqual([3, 27, 3, null]);
    expect(look.evidence.wave[0]).toMatchObject({ before: { hours: 10 / 60, events: 20_000 }, after: { events: expect.any(Number) } });
    expect((await as('viewer').why.deployment({ id })).causes[0]).toMatchObject({ code: 'GateStopped' });
    expect((await as('viewer').why.node({ id: here.fleet.agents.at(-1)?.id ?? '' })).causes[0]).toMatchObject({ code: 'GateStopped' });
    const stranger = callAs(here.world.deps, aUser(await here.world.organization('Other'), 'viewer'));
    await expect(stranger.deployments.look({ id, wave: 0, look: 1 })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
  });

  test('goes on when a person lifts what the gate found, and bakes anew', async () => {
    const id = await toTheFirstLook((node) => (inWave(node) ? 5 : 1));
    await as('operator').deployments.resume({ id, reason: 'the new rule sees more' });
    expect((await get(id)).decisions.find((decision) => decision.kind === 'Resumed')?.message).toContain('The gates of wave 1 are lifted.');
    here.world.deps.clock.advance(601_000);
    await advanceRollout(here.world.deps, id);
    const { waves } = await get(id);
    expect([waves[0]?.state, waves[0]?.looks.length]).toEqual(['Passed', 1]);
  });

  test('looks three times at a wave that keeps to its bounds, and the last wave has nobody to be compared with', async () => {
    const id = await toTheFirstLook(() => 1.4);
    expect((await get(id)).state).toBe('Progressing');
    for (let look = 2; look <= 3; look += 1) {
      here.world.deps.clock.advance(200_000);
      await tell(3, () => 1.4);
      await advanceRollout(here.world.deps, id);
    }
    expect((await get(id)).waves[0]).toMatchObject({ state: 'Passed', looks: [{ look: 3, verdicts: [{ outcome: 'Passed' }, { outcome: 'Passed' }] }, { look: 2 }, { look: 1 }] });
    await here.fleet.answer(id);
    here.world.deps.clock.advance(601_000);
    await tell(9, () => 1.4);
    await advanceRollout(here.world.deps, id);
    const done = await get(id);
    expect([done.state, done.waves[1]?.looks[0]?.verdicts.map(({ outcome }) => outcome)]).toEqual(['Succeeded', ['NoControl', 'Passed']]);
  });

  test('holds a fixed bound, and goes back where its policy says so', async () => {
    await tell(15, () => 1);
    const id = await here.fleet.deploy(2, { ...gated, onFailure: 'rollback' });
    await here.fleet.answer(id);
    here.world.deps.clock.advance(201_000);
    await tell(3, () => 1, (node) => (inWave(node) ? 30 : 0));
    await advanceRollout(here.world.deps, id);
    await here.fleet.answer(id);
    const { state, decisions } = await get(id);
    expect(state).toBe('RolledBack');
    expect(decisions.find(({ kind }) => kind === 'GateStopped')?.message).toBe('Stopped in wave 1: errors 3 %, at most 1 %, on 3 nodes. All go back.');
  });

  test('asks a person when its nodes told too little to be judged', async () => {
    const id = await toTheFirstLook(() => 1, undefined);
    await here.world.deps.db.telemetryBucket.deleteMany({});
    here.world.deps.clock.advance(401_000);
    await advanceRollout(here.world.deps, id);
    expect(await get(id)).toMatchObject({ state: 'Paused', decisions: [{ kind: 'GateUndecided', message: 'Wave 1 could not be judged: detections an hour: 0 events of the 100 that it is judged by. It goes on when a person resumes it.' }, {}, {}, {}] });
    expect((await as('viewer').why.deployment({ id })).causes[0]).toMatchObject({ code: 'GateUndecided' });
    await as('operator').deployments.resume({ id });
    expect((await get(id)).waves[0]?.state).toBe('Passed');
  });
});

test('a plan says when its first wave is too small for its gates, and gates without a bake are refused', async () => {
  const plan = (policy: object) => as('operator').deployments.plan({ fleet: here.fleet.id, rules: [{ name: 'watch', version: 2 }], policy });
  expect((await plan({ ...gated, waves: [{ limit: { unit: 'nodes', value: 1 } }] })).violations).toEqual([
    { code: 'GateCannotTell', blocks: false, message: 'The first wave has 1 of 30 nodes: too few to tell a change from luck at 5 % false stops. Gates that compare with control cannot stop it.' },
  ]);
  await expect(plan({ ...gated, bakeSeconds: 5 })).rejects.toThrow('With gates a wave has to bake from 60 to 86400 s');
});
