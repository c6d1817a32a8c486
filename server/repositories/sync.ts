import { readChannels, readRoutes, removeChannel, removeRoute } from '../alerts/index.ts';
import { performChange } from '../audit/index.ts';
import { applyDocument } from '../documents/index.ts';
import type { PlacedDocument } from '../documents/index.ts';
import { labelOf } from '../documents/schema.ts';
import type { Document } from '../documents/schema.ts';
import { findFleetByName, removeFleet } from '../fleets/index.ts';
import type { Actor } from '../kernel/actor.ts';
import { DomainError } from '../kernel/errors.ts';
import { readAliases, removeAlias } from '../models/index.ts';
import { passedTests } from '../rules/index.ts';
import { problemOf, whereIs } from './compare.ts';
import type { Difference } from './compare.ts';
import { deleteObject, findFailedSync, insertSync, writeFound, writeObject, writeSync } from './repository.ts';
import type { SyncRow } from './repository.ts';
import { repositorySyncSchema } from './schema.ts';
import type { SyncDone } from './schema.ts';
import { actorOf, keepTurn, publishRepository } from './turn.ts';
import type { Turn } from './turn.ts';

/** After a failure a sync by itself waits, longer each time. */
const retryMs = { first: 60_000, max: 3_600_000 } as const;

export interface Commit {
  id: string;
  subject: string;
  documents: readonly PlacedDocument[];
}

/** What a sync that comes by itself would do: what the repository's settings say, and nothing that a person has to say. */
export function dueByItself({ autoSync, selfHeal }: Turn['row'], differences: readonly Difference[]): Difference[] {
  return differences.filter(({ change }) => change.action !== 'same' && change.held === null && (change.drift ? selfHeal : autoSync));
}

/** What a person who asks for a sync means: all that differs, and what is to be removed where they or the settings say so. */
export function dueByRequest({ prune }: Turn['row'], request: Pick<SyncRow, 'prune'>, differences: readonly Difference[]): Difference[] {
  return differences.filter(({ change }) => change.action !== 'same' && (change.action !== 'prune' || prune || request.prune));
}

/**
 * Applies what is due, one thing after the other, by the services that people use. Before the first, everything is looked at: when
 * anything of it is blocked, or a rule fails its test cases, nothing is applied. What an attempt before this one did stays on its record. Throws TurnLost.
 */
export async function applyDue(turn: Turn, commit: Commit, differences: readonly Difference[], due: readonly Difference[], request: SyncRow | null): Promise<void> {
  const { deps, row } = turn;
  const actor = actorOf(turn, commit.id);
  const repeated = request ?? (await findFailedSync(deps.db, row.id, commit.id));
  const sync = repeated?.id ?? deps.ids.next();
  const did: SyncDone[] = repeated === null ? [] : repositorySyncSchema.shape.did.parse(repeated.did);
  const opened = { state: 'Running' as const, commit: commit.id, subject: commit.subject };
  if (repeated === null) await insertSync(deps.db, { ...opened, id: sync, organizationId: row.organizationId, repositoryId: row.id, requestedBy: null, prune: row.prune, createdAt: new Date(deps.clock.now()) });
  else await writeSync(deps.db, sync, opened);
  await publishRepository(deps, row, 'syncing');
  // What nobody has to say first is all in it: then the commit is applied, and not only something put back.
  const whole = differences.every((one) => one.change.action === 'same' || one.change.held !== null || one.change.drift || due.includes(one));
  try {
    await refuseTogether(turn, actor, due);
    for (const difference of due) {
      await keepTurn(turn);
      did.push(await applyOne(turn, actor, commit, difference));
      await writeSync(deps.db, sync, { did });
    }
    if (whole) await adopt(turn, commit, differences.filter(({ change }) => change.action === 'same' && change.blocked === null));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    await conclude(turn, actor, commit, { sync, did, whole, problem: error.message, request });
    return;
  }
  await conclude(turn, actor, commit, { sync, did, whole, problem: null, request });
}

async function refuseTogether(turn: Turn, actor: Actor, due: readonly Difference[]): Promise<void> {
  const blocked = due.find(({ change }) => change.blocked !== null);
  if (blocked !== undefined) throw new DomainError('Conflict', problemOf(blocked));
  for (const { change, placed } of due) {
    if (placed?.document.kind !== 'Rule') continue;
    await keepTurn(turn);
    try {
      await passedTests(turn.deps, actor, placed.document);
    } catch (error) {
      throw error instanceof DomainError ? new DomainError(error.code, `${whereIs(placed)}${labelOf(change)}: ${error.message}`) : error;
    }
  }
}

async function applyOne(turn: Turn, actor: Actor, commit: Commit, { change, placed, object }: Difference): Promise<SyncDone> {
  const { deps, row } = turn;
  const { kind, name, action } = change;
  if (placed === null) {
    const said = action === 'prune' ? await takeAway(turn, actor, change, object?.aliases ?? []) : 'released';
    await deleteObject(deps.db, { organizationId: row.organizationId, kind, name, repositoryId: row.id });
    return { kind, name, did: said, deployment: null };
  }
  const before = placed.document.kind === 'Model' ? await readAliases(deps.db, row.organizationId, name) : null;
  try {
    const { applied, wanted } = await applyDocument(deps, actor, placed.document, { documents: commit.documents.map(({ document }) => document), note: noteOf(commit) });
    await keep(turn, commit, { kind, name, wanted, made: action === 'create', aliases: [...(object?.aliases ?? []), ...newAliases(placed.document, before?.aliases)] });
    return { kind, name, did: applied.did, deployment: applied.deployment };
  } catch (error) {
    throw error instanceof DomainError ? new DomainError(error.code, `${whereIs(placed)}${labelOf(change)}: ${error.message}`) : error;
  }
}

/** Removes what this repository made. */
async function takeAway({ deps, row }: Turn, actor: Actor, { kind, name }: Difference['change'], aliases: readonly string[]): Promise<string> {
  if (kind === 'Fleet') {
    const fleet = await findFleetByName(deps.db, actor, name);
    if (fleet !== null) await removeFleet(deps, actor, fleet.id);
    return 'removed';
  }
  if (kind === 'Channel') {
    const channel = (await readChannels(deps, actor)).find((one) => one.name === name);
    if (channel !== undefined) await removeChannel(deps, actor, channel.id);
    return 'removed';
  }
  if (kind === 'Route') {
    const [route, ...others] = (await readRoutes(deps, actor)).filter((one) => one.name === name);
    // Where people made another of the same name nobody can say which was this repository's.
    if (route !== undefined && others.length === 0) await removeRoute(deps, actor, route.id);
    return others.length === 0 ? 'removed' : 'left: several are called so';
  }
  const there = (await readAliases(deps.db, row.organizationId, name))?.aliases;
  for (const alias of aliases) if (there?.has(alias) === true) await removeAlias(deps, actor, { name, alias });
  return `removed ${aliases.join(', ')}`;
}

function newAliases(document: Document, before: ReadonlyMap<string, number> | undefined): string[] {
  return document.kind === 'Model' ? Object.keys(document.aliases).filter((alias) => before?.has(alias) !== true) : [];
}

function noteOf({ id, subject }: Commit): string {
  return `${id.slice(0, 12)} ${subject}`.trim().slice(0, 1000);
}

/** Things that are as they are wanted are this repository's to say from now on, unless another's; it did not make them. */
async function adopt(turn: Turn, commit: Commit, same: readonly Difference[]): Promise<void> {
  for (const { change, wanted, object } of same) {
    if (object?.applied !== wanted) await keep(turn, commit, { kind: change.kind, name: change.name, wanted, made: false, aliases: object?.aliases ?? [] });
  }
}

async function keep({ deps, row }: Turn, commit: Commit, { wanted, ...object }: { kind: SyncDone['kind']; name: string; wanted: string; made: boolean; aliases: string[] }): Promise<void> {
  const kept = await writeObject(deps.db, { ...object, organizationId: row.organizationId, repositoryId: row.id, applied: wanted, commit: commit.id, appliedAt: new Date(deps.clock.now()) });
  if (!kept) throw new DomainError('Conflict', `Another repository says how ${labelOf(object)} is to be.`);
}

interface Ending {
  sync: string;
  did: readonly SyncDone[];
  whole: boolean;
  problem: string | null;
  request: SyncRow | null;
}

/** Writes how it ended, and puts it on record with the commit; a failure that is the same as the last is on record already. */
async function conclude({ deps, row, held }: Turn, actor: Actor, commit: Commit, { sync, did, whole, problem, request }: Ending): Promise<void> {
  const at = deps.clock.now();
  const applyFailures = problem === null ? 0 : row.applyFailures + 1;
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    await writeSync(tx, sync, { state: problem === null ? 'Succeeded' : 'Failed', problem, did, finishedAt: new Date(at) });
    await writeFound(tx, held, problem === null
      ? { ...(whole && { appliedCommit: commit.id, appliedAt: new Date(at) }), applyProblem: null, retryAt: null, applyFailures }
      : { applyProblem: problem, applyFailures, retryAt: new Date(at + Math.min(retryMs.max, retryMs.first * 2 ** Math.min(applyFailures - 1, 6))) });
    if (problem === null || request !== null || problem !== row.applyProblem) {
      record({
        action: 'repository.sync', object: { kind: 'repository', id: row.id, name: row.name }, after: { commit: commit.id, sync, requestedBy: request?.requestedBy ?? null, did: did.map((one) => `${labelOf(one)} ${one.did}`) },
        ...(problem !== null && { outcome: 'refused' as const, reason: problem }),
      });
    }
    publish({ topic: 'repository', subjectId: row.id, kind: 'synced' });
  });
}
