import type { Decision } from '../deployments/schema.ts';
import { figure, quantity } from '../kernel/quantity.ts';
import type { Need, Overview } from './schema.ts';

/** What waits for a person, as the database counts it. */
export type Waiting = {
  pending: number;
  /** Names of a few of them. */
  requests: readonly string[];
  failed: number;
  failedNodes: readonly { id: string; name: string }[];
  quarantined: number;
  quarantinedNodes: readonly { id: string; name: string }[];
  /** Fleets whose selectors claim nodes that others claim as well. */
  overlapping: readonly { id: string; name: string; nodes: number }[];
  /** Repositories that failed, or that differ and do nothing about it by themselves. */
  repositories: readonly { id: string; name: string; problem: string | null; pending: number; drifted: number }[];
  /** Open alerts that weigh most, of what nothing else here tells. */
  alerts: readonly { id: string; source: string; title: string; severity: 'info' | 'warning' | 'critical'; count: number; detail: string }[];
  /** Rollouts that tell nobody before people have signed them, and whether a change of the keys waits for that. */
  unsigned: { rollouts: readonly { id: string; fleet: string; missing: number }[]; change: boolean };
  /** Rollouts that stand still, and the decision by which they do. */
  stopped: readonly { rollout: Overview['rollouts'][number]; by: Pick<Decision, 'kind' | 'message'> | null }[];
};

const weights: readonly Need['tone'][] = ['critical', 'notice', 'info'];

/** The list “Needs you”: the weightiest first, of those that weigh the same rollouts first, each with the place to go to. */
export function needsOf(waiting: Waiting): Need[] {
  const needs = [...stoppedNeeds(waiting), ...alertNeeds(waiting), ...signatureNeeds(waiting), ...failedNeeds(waiting), ...quarantineNeeds(waiting), ...repositoryNeeds(waiting), ...enrollmentNeeds(waiting), ...overlapNeeds(waiting)];
  return needs.sort((one, other) => weights.indexOf(one.tone) - weights.indexOf(other.tone));
}

function stoppedNeeds({ stopped }: Waiting): Need[] {
  return stopped.map(({ rollout: { id, fleet, state, nodes }, by }) => ({
    kind: 'rolloutPaused',
    tone: state === 'Suspended' ? 'critical' : 'notice',
    title: stoppedTitle(fleet, state, by?.kind),
    detail: by !== null && saidByItself.has(by.kind) ? by.message : `${figure(nodes.running)} of ${quantity(nodes.total, 'node')} ${nodes.total === 1 ? 'runs' : 'run'} it, ${figure(nodes.failed)} failed.`,
    target: { kind: 'deployment', id },
  }));
}

/** Decisions whose own words say what a person has to look at. */
const saidByItself: ReadonlySet<Decision['kind']> = new Set(['ApprovalNeeded', 'GateUndecided', 'GateStopped']);

function stoppedTitle(fleet: string, state: string, by: Decision['kind'] | undefined): string {
  if (by === 'ApprovalNeeded') return `The rollout on ${fleet} waits for a person`;
  if (by === 'GateUndecided') return `A wave of the rollout on ${fleet} could not be judged`;
  if (by === 'GateStopped') return `A gate stopped the rollout on ${fleet}`;
  return state === 'Suspended' ? `The rollout on ${fleet} stopped itself` : `The rollout on ${fleet} is paused`;
}

function alertNeeds({ alerts }: Waiting): Need[] {
  return alerts.map(({ id, source, title, severity, count: times, detail }) => ({
    kind: 'alert',
    tone: severity === 'critical' ? 'critical' : 'notice',
    title,
    detail: source === 'detection' && times > 1 ? `${figure(times)} times, last ${detail}` : detail,
    target: { kind: 'alert', id },
  }));
}

function signatureNeeds({ unsigned: { rollouts, change } }: Waiting): Need[] {
  const changes: Need[] = change ? [{ kind: 'signatures', tone: 'notice', title: 'A change of the signing keys waits for signatures', detail: 'It is made when those who hold keys have signed it.', target: { kind: 'settings' } }] : [];
  return [...rollouts.map(({ id, fleet, missing }): Need => ({ kind: 'signatures', tone: 'notice', title: `The rollout on ${fleet} waits for ${quantity(missing, 'signature')}`, detail: 'No node is told before.', target: { kind: 'deployment', id } })), ...changes];
}

function failedNeeds({ failed, failedNodes }: Waiting): Need[] {
  const [first] = failedNodes;
  if (first === undefined) return [];
  const target: Need['target'] = failed === 1 ? { kind: 'node', id: first.id } : { kind: 'nodes', filter: { sync: 'Failed' } };
  return [{ kind: 'nodeFailed', tone: 'critical', title: `${quantity(failed, 'node')} failed to apply what was deployed`, detail: listed(failedNodes.map((node) => node.name), failed), target }];
}

function quarantineNeeds({ quarantined, quarantinedNodes }: Waiting): Need[] {
  const [first] = quarantinedNodes;
  if (first === undefined) return [];
  const target: Need['target'] = quarantined === 1 ? { kind: 'node', id: first.id } : { kind: 'nodes', filter: { quarantined: true } };
  return [{ kind: 'nodesQuarantined', tone: 'notice', title: `${quantity(quarantined, 'node')} ${quarantined === 1 ? 'is' : 'are'} in quarantine: rollouts leave ${quarantined === 1 ? 'it' : 'them'} out`, detail: listed(quarantinedNodes.map((node) => node.name), quarantined), target }];
}

function repositoryNeeds({ repositories }: Waiting): Need[] {
  return repositories.map(({ id, name, problem, pending, drifted }) => ({
    kind: 'repository',
    tone: problem === null ? 'notice' : 'critical',
    title: problem === null ? `${quantity(pending, 'thing')} ${pending === 1 ? 'differs' : 'differ'} from the repository ${name}` : `The repository ${name} cannot be applied`,
    detail: problem?.split('\n').slice(0, 2).join(' ') ?? (drifted === 0 ? 'Nobody has synced it yet.' : `${figure(drifted)} of them changed here by hand.`),
    target: { kind: 'repository', id },
  }));
}

function enrollmentNeeds({ pending, requests }: Waiting): Need[] {
  if (pending === 0) return [];
  return [{ kind: 'enrollment', tone: 'info', title: `${quantity(pending, 'node')} ${pending === 1 ? 'asks' : 'ask'} to join`, detail: listed(requests, pending), target: { kind: 'enrollment' } }];
}

function overlapNeeds({ overlapping }: Waiting): Need[] {
  return overlapping.map(({ id, name, nodes }) => ({
    kind: 'multipleOwners',
    tone: 'notice',
    title: `${name} shares nodes with another fleet`,
    detail: `${quantity(nodes, 'node')} ${nodes === 1 ? 'is' : 'are'} claimed by more than one selector and ${nodes === 1 ? 'stays' : 'stay'} where ${nodes === 1 ? 'it is' : 'they are'}.`,
    target: { kind: 'fleet', id },
  }));
}

function listed(names: readonly string[], total: number): string {
  const more = total - names.length;
  return more > 0 ? `${names.join(', ')} and ${figure(more)} more` : names.join(', ');
}
