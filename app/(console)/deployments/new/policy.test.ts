import { expect, it } from 'vitest';
import { rolloutPolicySchema } from '../../../../server/deployments/schema.ts';
import { gatesInWords } from './gates.ts';
import { pacingInWords, patienceInWords, policyParsers, timesInWords, toPolicy, type PolicyValues } from './policy.ts';

const usual: PolicyValues = {
  canary: 10, canaryOf: '', atOnce: 25, perLabel: '', atOncePer: 1, bake: 5, timeout: 300, onFailure: 'pause', approval: 'none', perMinute: 0, quarantine: 3, report: 0, away: 'normal', notBefore: '',
  from: '', to: '', activateFrom: '', activateTo: '', downloadFrom: '', downloadTo: '', cron: '', downloadCron: '', activateCron: '', grace: 60, ahead: 'no',
  detectionsMost: 0, detectionsLeast: 0, latencyMost: 0, errorsMost: 0, predictionsMost: 0, featuresMost: 0, undecided: 'pause',
};

it('says in a line how each part stands', () => {
  expect(Object.keys(policyParsers).sort()).toEqual(Object.keys(usual).sort());
  expect([gatesInWords(usual), pacingInWords(usual), patienceInWords(usual), timesInWords(usual)]).toEqual(['none', 'by itself', 'failed after 300 s, quarantined after 3', 'at any time']);
  expect(gatesInWords({ ...usual, latencyMost: 1.5, detectionsLeast: 0.5, errorsMost: 5 })).toBe('detections ≥ 0.5 ×, latency ≤ 1.5 ×, errors ≤ 5 %');
  expect(pacingInWords({ ...usual, approval: 'eachWave', perMinute: 30, ahead: 'yes' })).toBe('when a person says so, at most 30 a minute, fetched ahead');
  expect(patienceInWords({ ...usual, quarantine: 0, report: 80, away: 'error' })).toBe('failed after 300 s, never quarantined, 80 % must report, absence fails');
  expect(timesInWords({ ...usual, notBefore: '2026-11-29T02:00', from: '22:00', to: '04:00', activateFrom: '01:00' })).toBe('not before 2026-11-29 02:00, told 22:00 to 04:00');
  expect(timesInWords({ ...usual, activateCron: '0 2 1 * *' })).toBe('switched at 0 2 1 * * for 60 min');
});

it('brings figures back into what the planner takes', () => {
  expect(toPolicy({ ...usual, canary: 0, atOnce: 400, latencyMost: 1.5 })).toMatchObject({ waves: [{ limit: { unit: 'percent', value: 1 } }], maxUnavailable: { value: 100 }, bakeSeconds: 60 });
  expect(toPolicy({ ...usual, canary: 100, canaryOf: ' lab=yes ' })).toMatchObject({ waves: [{ selector: 'lab=yes', limit: { unit: 'percent', value: 100 } }] });
  expect(toPolicy({ ...usual, canary: 100 }).waves).toEqual([]);
  expect(toPolicy({ ...usual, cron: ' 0 2 * * 6 ', grace: 0 }).windows).toEqual([{ cron: '0 2 * * 6', graceMinutes: 1, timeZone: expect.any(String) }]);
  expect(toPolicy({ ...usual, perLabel: 'site, line', atOncePer: 0 }).maxUnavailablePer).toEqual({ labels: ['site', 'line'], nodes: 1 });
  expect(pacingInWords({ ...usual, perLabel: 'site' })).toBe('by itself, 1 at once per site');
});

it('asks for what the API does where nobody says otherwise: a tenth first', () => {
  expect(rolloutPolicySchema.parse(toPolicy(usual))).toEqual(rolloutPolicySchema.parse({}));
  expect(toPolicy(usual).waves).toEqual([{ limit: { unit: 'percent', value: 10 } }]);
});
