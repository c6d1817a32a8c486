import { parseAsInteger, parseAsString, parseAsStringLiteral } from 'nuqs';
import type { RolloutPolicy } from '../../../../server/deployments/schema.ts';
import { leastBakeSeconds } from '../../../../server/gates/schema.ts';
import { gateParsers, toGates, type GateValues } from './gates.ts';

/** The policy in the address, with the server's own defaults. */
export const policyParsers = {
  canary: parseAsInteger.withDefault(10),
  canaryOf: parseAsString.withDefault(''),
  atOnce: parseAsInteger.withDefault(25),
  perLabel: parseAsString.withDefault(''),
  atOncePer: parseAsInteger.withDefault(1),
  bake: parseAsInteger.withDefault(5),
  timeout: parseAsInteger.withDefault(300),
  onFailure: parseAsStringLiteral(['pause', 'abort', 'rollback'] as const).withDefault('pause'),
  approval: parseAsStringLiteral(['none', 'eachWave'] as const).withDefault('none'),
  perMinute: parseAsInteger.withDefault(0),
  quarantine: parseAsInteger.withDefault(3),
  report: parseAsInteger.withDefault(0),
  away: parseAsStringLiteral(['normal', 'expected', 'error'] as const).withDefault('normal'),
  notBefore: parseAsString.withDefault(''),
  from: parseAsString.withDefault(''),
  to: parseAsString.withDefault(''),
  activateFrom: parseAsString.withDefault(''),
  activateTo: parseAsString.withDefault(''),
  downloadFrom: parseAsString.withDefault(''),
  downloadTo: parseAsString.withDefault(''),
  cron: parseAsString.withDefault(''),
  downloadCron: parseAsString.withDefault(''),
  activateCron: parseAsString.withDefault(''),
  grace: parseAsInteger.withDefault(60),
  ahead: parseAsStringLiteral(['no', 'yes'] as const).withDefault('no'),
  ...gateParsers,
};

export interface PolicyValues extends GateValues {
  /** Percent of the nodes in the first wave. */
  canary: number;
  /** Of which nodes, as a selector; empty is of all. */
  canaryOf: string;
  /** Percent of the nodes that may be changing at one time. */
  atOnce: number;
  /** A label whose values part the nodes into groups, and how many of each may be changing; empty is without such a limit. */
  perLabel: string;
  atOncePer: number;
  /** Seconds that a wave must go on running. */
  bake: number;
  /** Seconds that a connected node has. */
  timeout: number;
  onFailure: RolloutPolicy['onFailure'];
  approval: 'none' | 'eachWave';
  /** 0 is without a limit. */
  perMinute: number;
  /** Failures in a row after which a node is left out; 0 is never. */
  quarantine: number;
  /** Percent of a wave that must report the bundle before it passes. */
  report: number;
  /** What a node that is not connected means. */
  away: RolloutPolicy['whenDisconnected'];
  /** As a date field has it, in this browser's time zone; empty is at once. */
  notBefore: string;
  /** The window of each day, as time fields have it; empty is always. */
  from: string;
  to: string;
  /** Those in which nodes that were told switch, and fetch. */
  activateFrom: string;
  activateTo: string;
  downloadFrom: string;
  downloadTo: string;
  /** The same as times of a calendar, as crontab has them, and for how many minutes after each; empty is without. */
  cron: string;
  downloadCron: string;
  activateCron: string;
  grace: number;
  /** Whether nodes of later waves fetch while earlier ones are under way. */
  ahead: 'no' | 'yes';
}

const clock = /^([01]\d|2[0-3]):[0-5]\d$/;

/** A window of each day by the clock of this browser's place; none where a time is missing. */
function eachDay(from: string, to: string): RolloutPolicy['windows'] {
  return clock.test(from) && clock.test(to) ? [{ days: [0, 1, 2, 3, 4, 5, 6], from, to, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone }] : [];
}

/** A window from each time of a calendar, by the same clock. */
function atTimes(cron: string, grace: number): RolloutPolicy['windows'] {
  return cron.trim() === '' ? [] : [{ cron: cron.trim(), graceMinutes: Math.min(10_080, Math.max(1, grace)), timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone }];
}

/** What is asked of the planner; figures out of range are brought back into it. */
export function toPolicy({ canary, canaryOf, atOnce, perLabel, atOncePer, bake, timeout, onFailure, approval, perMinute, quarantine, report, away, notBefore, from, to, activateFrom, activateTo, downloadFrom, downloadTo, cron, downloadCron, activateCron, grace, ahead, ...rest }: PolicyValues): RolloutPolicy {
  const gates = toGates(rest);
  const share = Math.min(100, Math.max(1, canary));
  const among = canaryOf.trim();
  return {
    waves: share === 100 && among === '' ? [] : [{ ...(among !== '' && { selector: among }), limit: { unit: 'percent', value: share } }],
    maxUnavailable: { unit: 'percent', value: Math.min(100, Math.max(1, atOnce)) },
    maxUnavailablePer: perLabel.trim() === '' ? null : { labels: perLabel.split(',').map((label) => label.trim()), nodes: Math.min(1_000_000, Math.max(1, atOncePer)) },
    updateTimeoutSeconds: Math.min(86_400, Math.max(5, timeout)),
    bakeSeconds: gates.length === 0 ? Math.min(604_800, Math.max(0, bake)) : Math.min(86_400, Math.max(leastBakeSeconds(gates), bake)),
    failureThresholdPercent: 0,
    onFailure,
    successThresholdPercent: Math.min(100, Math.max(0, report)),
    minSamples: 1,
    whenDisconnected: away,
    quarantineAfter: quarantine < 1 ? null : Math.min(100, quarantine),
    approval,
    perMinute: perMinute < 1 ? null : Math.min(1_000_000, perMinute),
    notBefore: Number.isNaN(Date.parse(notBefore)) ? null : Date.parse(notBefore),
    windows: [...eachDay(from, to), ...atTimes(cron, grace)],
    downloadWindows: [...eachDay(downloadFrom, downloadTo), ...atTimes(downloadCron, grace)],
    activateWindows: [...eachDay(activateFrom, activateTo), ...atTimes(activateCron, grace)],
    fetchAhead: ahead === 'yes',
    gates,
    falseStopPercent: 5,
    whenUndecided: rest.undecided,
  };
}

/** When nodes are told, fetch and switch, in a few words. */
export function timesInWords({ notBefore, from, to, downloadFrom, downloadTo, activateFrom, activateTo, cron, downloadCron, activateCron, grace }: PolicyValues): string {
  const window = (verb: string, begin: string, end: string, times: string) => [...(eachDay(begin, end).length === 0 ? [] : [`${verb} ${begin} to ${end}`]), ...(times.trim() === '' ? [] : [`${verb} at ${times.trim()} for ${grace} min`])];
  const parts = [...(notBefore === '' ? [] : [`not before ${notBefore.replace('T', ' ')}`]), ...window('told', from, to, cron), ...window('fetched', downloadFrom, downloadTo, downloadCron), ...window('switched', activateFrom, activateTo, activateCron)];
  return parts.join(', ') || 'at any time';
}

/** How one wave follows another. */
export function pacingInWords({ approval, perMinute, ahead, perLabel, atOncePer }: PolicyValues): string {
  return [approval === 'none' ? 'by itself' : 'when a person says so', ...(perMinute < 1 ? [] : [`at most ${perMinute} a minute`]), ...(perLabel.trim() === '' ? [] : [`${Math.max(1, atOncePer)} at once per ${perLabel.trim()}`]), ...(ahead === 'yes' ? ['fetched ahead'] : [])].join(', ');
}

/** What becomes of nodes that fail, are slow or are not there. */
export function patienceInWords({ timeout, quarantine, report, away }: PolicyValues): string {
  return [
    `failed after ${timeout} s`,
    quarantine < 1 ? 'never quarantined' : `quarantined after ${quarantine}`,
    ...(report > 0 ? [`${report} % must report`] : []),
    ...(away === 'normal' ? [] : [away === 'expected' ? 'absence expected' : 'absence fails']),
  ].join(', ');
}
