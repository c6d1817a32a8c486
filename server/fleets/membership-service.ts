import type { Labels } from '@selvedge/edge-runtime/protocol';
import type { Change } from '../audit/index.ts';
import type { Queryable } from '../kernel/db.ts';
import type { Deps } from '../kernel/deps.ts';
import { DomainError } from '../kernel/errors.ts';
import { reaches } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import { fleetOf } from './membership.ts';
import { insertMoveNotes, listSelectors, lockMembership, writeClaims, writeNodeClaims } from './repository.ts';
import type { Move } from './repository.ts';
import { matches, parseSelector } from './selector.ts';
import type { Selector } from './selector.ts';

export type Claim = { id: string; name: string; selector: string };

/** The fleets whose selectors name a node with these labels. */
export function matchingFleets(fleets: readonly Claim[], labels: Labels): Claim[] {
  return fleets.filter((fleet) => {
    const parsed = parseSelector(fleet.selector);
    return parsed.ok && matches(parsed.selector, labels);
  });
}

/** The fleet that a node with these labels, and in this fleet now, is in. */
export async function previewMembership(
  db: Queryable,
  organizationId: string,
  current: string | null,
  labels: Labels,
): Promise<{ fleet: Claim | null; claimedBy: Claim[] }> {
  const claimedBy = matchingFleets(await listSelectors(db, organizationId), labels);
  const fleetId = fleetOf(
    current,
    claimedBy.map((fleet) => fleet.id),
  );
  return { fleet: claimedBy.find((fleet) => fleet.id === fleetId) ?? null, claimedBy };
}

type Node = { id: string; organizationId: string; fleetId: string | null };

/** Puts one node where its labels belong, for a node that is new or has new labels: only that comes into a fleet as one that joined it. Call within the change that made them so; a person’s has to be within their reach. */
export async function settleNode(deps: Pick<Deps, 'ids' | 'clock'>, change: Change, node: Node & { claimedBy?: readonly string[] }, labels: Labels, { reach, isNew = false }: { reach?: Reach; isNew?: boolean } = {}): Promise<Move | null> {
  await lockMembership(change.tx, node.organizationId);
  const membership = await previewMembership(change.tx, node.organizationId, node.fleetId, labels);
  if (reach !== undefined) requireWithinReach(reach, node, membership);
  const { fleet, claimedBy } = membership;
  const to = fleet?.id ?? null;
  const joinedAt = to === null || isNew ? null : new Date(deps.clock.now());
  await writeNodeClaims(change.tx, node.id, { fleetId: to, claimedBy: claimedBy.map((claim) => claim.id), ...(to !== node.fleetId && { joinedAt }) });
  if (to === node.fleetId) return null;
  const move = { nodeId: node.id, from: node.fleetId, to };
  await announceMoves(deps, change, node.organizationId, [move]);
  return move;
}

/** Throws Forbidden where other labels would take a node out of reach, or change what fleets beyond it claim. */
export function requireWithinReach(reach: Reach, node: { claimedBy?: readonly string[] }, { fleet, claimedBy }: { fleet: Claim | null; claimedBy: readonly Claim[] }): void {
  if (reach.fleets === 'all') return;
  const beyond = (ids: readonly string[]): string => ids.filter((id) => !reaches(reach, id)).sort().join();
  const stays = reaches(reach, fleet?.id ?? null) && beyond(node.claimedBy ?? []) === beyond(claimedBy.map(({ id }) => id));
  if (!stays) throw new DomainError('Forbidden', 'With these labels the node would leave, or be claimed by a fleet outside of, the fleets that you are limited to.');
}

/** Takes a node out of every fleet, for one that was revoked. */
export async function releaseNode(deps: Pick<Deps, 'ids' | 'clock'>, change: Change, node: Node): Promise<void> {
  await lockMembership(change.tx, node.organizationId);
  await writeNodeClaims(change.tx, node.id, { fleetId: null, claimedBy: [], joinedAt: null });
  if (node.fleetId !== null) await announceMoves(deps, change, node.organizationId, [{ nodeId: node.id, from: node.fleetId, to: null }]);
}

/** Applies a fleet's selector; null, of a fleet that is to go, names nobody. */
export async function settleFleet(deps: Pick<Deps, 'ids' | 'clock'>, change: Change, fleet: { id: string; organizationId: string }, selector: Selector | null): Promise<Move[]> {
  await lockMembership(change.tx, fleet.organizationId);
  const moves = await writeClaims(change.tx, fleet.organizationId, fleet.id, selector, new Date(deps.clock.now()));
  await announceMoves(deps, change, fleet.organizationId, moves);
  return moves;
}

/** The topic `membership` is for the rollout loop, which gives a node that joined the bundle of its fleet. */
async function announceMoves(deps: Pick<Deps, 'ids' | 'clock'>, change: Change, organizationId: string, moves: readonly Move[]): Promise<void> {
  if (moves.length === 0) return;
  const names = new Map((await listSelectors(change.tx, organizationId)).map((fleet) => [fleet.id, fleet.name]));
  const notes = moves.map((move) => ({ id: deps.ids.next(), nodeId: move.nodeId, message: moveMessage(move, names) }));
  await insertMoveNotes(change.tx, organizationId, deps.clock.now(), notes);
  for (const { nodeId, from, to } of moves) {
    change.publish({ topic: 'membership', subjectId: nodeId, kind: 'moved', payload: { from, to } });
    change.publish({ topic: 'node', subjectId: nodeId, kind: 'moved', payload: { from, to } });
  }
  const fleets = new Set(moves.flatMap(({ from, to }) => [from, to]).filter((id) => id !== null));
  for (const id of fleets) change.publish({ topic: 'fleet', subjectId: id, kind: 'members' });
}

function moveMessage(move: Move, names: ReadonlyMap<string, string>): string {
  const from = move.from === null ? null : (names.get(move.from) ?? 'a fleet that was removed');
  const to = move.to === null ? null : (names.get(move.to) ?? 'a fleet');
  if (to === null) return `Left the fleet ${from}; no fleet has it now. It goes on running what it runs.`;
  return from === null ? `Joined the fleet ${to}.` : `Moved from the fleet ${from} to ${to}.`;
}
