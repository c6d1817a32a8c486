import type { Deps } from '../kernel/deps.ts';
import { figure, quantity } from '../kernel/quantity.ts';
import { breakGlassInUse, codesExpiring, fleetsWithNodesAway, fleetsWithNodesInQuarantine, resolveByItself, resolveOthers, suspendedRollouts, tokensExpiring, troubledRepositories, waitingRollouts, writeRaises } from './repository.ts';
import type { Raise } from './repository.ts';
import { quietMs } from './raise.ts';
import type { AlertSource } from './schema.ts';

const expiringMs = 7 * 86_400_000;

/** Raises what the control plane knows by itself, and ends what is over; returns the organizations in which something changed. */
export async function watchConditions(deps: Pick<Deps, 'db' | 'ids' | 'clock'>): Promise<Set<string>> {
  const { db, ids, clock } = deps;
  const now = clock.now();
  const touched = new Set<string>();
  const hold = async (source: AlertSource, raises: readonly Omit<Raise, 'id' | 'source' | 'at'>[]): Promise<void> => {
    const written = await writeRaises(db, raises.map((one) => ({ ...one, id: ids.next(), source, at: now })), false);
    const over = await resolveOthers(db, source, raises.map((one) => one.key), 'by itself', now);
    for (const one of [...written, ...over]) touched.add(one.organizationId);
  };
  await hold('nodesOffline', (await fleetsWithNodesAway(db, new Date(now))).map(({ organizationId, fleetId, fleet, minutes, nodes, names }) => ({
    organizationId, key: `offline ${fleetId ?? 'of no fleet'}`, severity: 'warning', title: fleet === null ? 'Nodes of no fleet are not connected' : `Nodes of ${fleet} are not connected`, detail: `${figure(nodes)} for more than ${minutes} min: ${names.join(', ')}${nodes > names.length ? ' …' : ''}`, fleetId, count: nodes,
  })));
  await hold('nodesQuarantined', (await fleetsWithNodesInQuarantine(db)).map(({ organizationId, fleetId, fleet, nodes, names }) => ({
    organizationId, key: `quarantine ${fleetId ?? 'of no fleet'}`, severity: 'warning', title: fleet === null ? 'Nodes of no fleet are in quarantine' : `Nodes of ${fleet} are in quarantine`, detail: `Rollouts leave ${figure(nodes)} out: ${names.join(', ')}${nodes > names.length ? ' …' : ''}`, fleetId, count: nodes,
  })));
  await hold('rolloutSuspended', (await suspendedRollouts(db)).map(({ organizationId, id, fleetId, fleetName, why }) => ({
    organizationId, key: `rollout ${id}`, severity: 'critical', title: `The rollout of ${fleetName} stopped itself`, detail: why, fleetId, deploymentId: id, count: 1,
  })));
  await hold('rolloutWaiting', (await waitingRollouts(db)).map(({ organizationId, id, fleetId, fleetName, why }) => ({
    organizationId, key: `waiting ${id}`, severity: 'warning', title: `The rollout of ${fleetName} waits for a person`, detail: why, fleetId, deploymentId: id, count: 1,
  })));
  await hold('tokenExpiring', [
    ...(await tokensExpiring(db, new Date(now), expiringMs)).map(({ organizationId, id, name, expiresAt }) => ({
      organizationId, key: `token ${id}`, severity: 'info' as const, title: `The API token ${name} expires soon`, detail: `At ${expiresAt.toISOString()}.`, count: 1,
    })),
    ...(await codesExpiring(db, new Date(now), expiringMs)).map(({ organizationId, id, label, expiresAt }) => ({
      organizationId, key: `code ${id}`, severity: 'warning' as const, title: `The break-glass code kept at ${label} expires soon`, detail: `At ${expiresAt.toISOString()}: make another, and put it in its place.`, count: 1,
    })),
  ]);
  await hold('breakGlass', (await breakGlassInUse(db, new Date(now))).map(({ organizationId, id, usedBy, reason, endsAt }) => ({
    organizationId, key: `break-glass ${id}`, severity: 'critical', title: `${usedBy} is in by a break-glass code`, detail: `Until ${endsAt.toISOString()}: ${reason}`, count: 1,
  })));
  const repositories = await troubledRepositories(db);
  await hold('repositoryFailing', repositories.flatMap(({ organizationId, id, name, readProblem, applyProblem }) => {
    const problem = readProblem ?? applyProblem;
    return problem === null ? [] : [{ organizationId, key: `repository ${id}`, severity: 'warning' as const, title: readProblem === null ? `What the repository ${name} says cannot be applied` : `The repository ${name} cannot be read`, detail: problem.slice(0, 1024), count: 1 }];
  }));
  await hold('repositoryDrifted', repositories.flatMap(({ organizationId, id, name, drifted, selfHeal }) => (drifted === 0 || selfHeal ? [] : [{
    organizationId, key: `drift ${id}`, severity: 'warning' as const, title: `${quantity(drifted, 'thing')} ${drifted === 1 ? 'is' : 'are'} not as the repository ${name} says`, detail: 'Somebody changed here what it names. Its page shows the difference; syncing puts it back.', count: drifted,
  }])));
  for (const { organizationId } of await resolveByItself(db, { source: { in: ['detection', 'recordsLost'] }, lastAt: { lt: new Date(now - quietMs) } }, 'by itself', now)) touched.add(organizationId);
  return touched;
}
