import type { z } from 'zod';
import { performChange } from '../audit/index.ts';
import { systemActor } from '../kernel/actor.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { changeNode, insertTimeline, timelineEntries } from '../nodes/index.ts';
import { findDue, findSchedule, findSchedules, requestRotations, writeKeyDays, writeRotationRequested } from './repository.ts';
import type { keyScheduleSchema, rotateKeyOutput } from './schema.ts';

const dayMs = 86_400_000;
/** So many nodes of an organization are asked in one turn of the schedule. */
const dueMax = 500;

/** Asks a node for another key: at once when it is connected, else when it is back. */
export async function rotateKey(deps: Deps, actor: Actor, id: string): Promise<z.infer<typeof rotateKeyOutput>> {
  let delivered = false;
  await changeNode(deps, actor, id, 'rotateKey', async (change, row) => {
    delivered = row.connectedSince !== null;
    await writeRotationRequested(change.tx, row.id, new Date(deps.clock.now()));
    change.record({ action: 'node.rotateKey', object: { kind: 'node', id: row.id, name: row.name }, before: { fingerprint: row.fingerprint } });
    change.publish({ topic: 'link', subjectId: row.id, kind: 'rotateKey' });
    return [{ tone: 'info', reason: 'KeyRotationRequested', message: 'It was asked for another key.' }];
  });
  return { id, delivered };
}

export async function readSchedule(deps: Pick<Deps, 'db'>, actor: Actor): Promise<z.infer<typeof keyScheduleSchema>> {
  return { days: (await findSchedule(deps.db, actor.organizationId)).days };
}

/** After how many days nodes are asked for another key, or never by themselves. */
export async function setSchedule(deps: Deps, actor: Actor, { days }: z.infer<typeof keyScheduleSchema>): Promise<z.infer<typeof keyScheduleSchema>> {
  const { organizationId } = actor;
  return performChange(deps, actor, async (change) => {
    const { name, days: before } = await findSchedule(change.tx, organizationId);
    if (before === days) return { days };
    await writeKeyDays(change.tx, organizationId, days);
    change.record({ action: 'organization.setNodeKeyDays', object: { kind: 'organization', id: organizationId, name }, before: { days: before }, after: { days } });
    change.publish({ topic: 'settings', subjectId: organizationId, kind: 'nodeKeys' });
    return { days };
  });
}

/** Asks nodes whose key is as old as their organization allows; some at a time, so that a fleet does not change as one. Returns how many. */
export async function askWhoIsDue(deps: Pick<Deps, 'db' | 'clock' | 'ids' | 'outbox'>): Promise<number> {
  const now = deps.clock.now();
  let asked = 0;
  for (const { organizationId, name, days } of await findSchedules(deps.db)) {
    const due = await findDue(deps.db, organizationId, new Date(now - days * dayMs), dueMax);
    if (due.length === 0) continue;
    asked += await performChange(deps, systemActor(organizationId, deps.ids.next(), 'key schedule'), async (change) => {
      const nodes = await requestRotations(change.tx, due, new Date(now));
      const note = { tone: 'info' as const, reason: 'KeyRotationRequested', message: `Its key is older than ${days} days: it was asked for another.` };
      await insertTimeline(change.tx, nodes.flatMap((node) => timelineEntries(deps, node, { kind: 'control plane' }, [note])));
      for (const node of nodes) change.publish({ topic: 'link', subjectId: node.id, kind: 'rotateKey' });
      if (nodes.length > 0) change.record({ action: 'node.rotateKeys', object: { kind: 'organization', id: organizationId, name }, after: { nodes: nodes.length, olderThanDays: days } });
      return nodes.length;
    });
  }
  return asked;
}
