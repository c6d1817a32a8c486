import { z } from 'zod';
import { isAllowed, within } from '../identity/index.ts';
import type { Breadth, Capability } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Queryable } from '../kernel/db.ts';
import type { LiveBus, OutboxEvent } from '../kernel/live-bus.ts';
import { reaches } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import { fleetOfAlert, fleetOfDeployment, fleetOfNode } from './reads.ts';
import type { ChangeTopic } from './schema.ts';

/** How many nodes and deployments are remembered for one listener; what was longest unused is looked up again. */
const rememberedMax = 10_000;

const fleetId = z.string().nullable().catch(null);
/** Whose change it is, where the change itself says so; one that does not is for nobody who is limited. */
const payloadSchema = z.object({ fleet: fleetId, from: fleetId, to: fleetId }).catch({ fleet: null, from: null, to: null });
/** What entries of the audit are about. */
const auditedSchema = z.object({ objects: z.array(z.object({ kind: z.string(), id: z.string() })) }).catch({ objects: [] });

/** What somebody must be allowed to read to hear that it changed. */
const readers: Record<Exclude<ChangeTopic, 'resync'>, [Capability, Breadth]> = {
  node: ['nodes:read', 'fleet'],
  fleet: ['fleets:read', 'fleet'],
  rule: ['rules:read', 'fleet'],
  model: ['models:read', 'fleet'],
  deployment: ['deployments:read', 'fleet'],
  repository: ['repositories:read', 'organization'],
  detection: ['detections:read', 'fleet'],
  alert: ['alerts:read', 'fleet'],
  enrollment: ['nodes:read', 'organization'],
  settings: ['settings:read', 'organization'],
  audit: ['audit:read', 'fleet'],
};

/**
 * Whether somebody hears of a change: of what they may read, and of it what is in their reach (I11). For who is limited to fleets
 * it is looked up whose a node or deployment is, once for each: a node’s moves are told, and heard on both sides.
 */
export function createAudience(db: Queryable, actor: Actor): (event: OutboxEvent) => Promise<boolean> {
  const filters = new Map(Object.entries(readers).flatMap(([topic, [capability, breadth]]) => (isAllowed(actor, capability, breadth) ? [[topic, createReachFilter(db, within(actor, capability))] as const] : [])));
  return async (event) => (await filters.get(event.topic)?.(event)) ?? false;
}

function createReachFilter(db: Queryable, reach: Reach): (event: OutboxEvent) => Promise<boolean> {
  if (reach.fleets === 'all') return async () => true;
  const remembered = new Map<string, boolean>();
  const remember = (id: string, heard: boolean): boolean => {
    remembered.delete(id);
    remembered.set(id, heard);
    if (remembered.size > rememberedMax) for (const oldest of remembered.keys()) if (remembered.delete(oldest)) break;
    return heard;
  };
  const look = async (id: string, find: typeof fleetOfNode): Promise<boolean> => remember(id, remembered.get(id) ?? reaches(reach, await find(db, reach.organizationId, id)));
  /** As the audit page has it: what belongs to fleets in reach, and rules and models, which every fleet shares. */
  const concerns = async ({ kind, id }: { kind: string; id: string }): Promise<boolean> => {
    switch (kind) {
      case 'rule':
      case 'model':
        return true;
      case 'fleet':
        return reaches(reach, id);
      case 'node':
        return look(id, fleetOfNode);
      case 'deployment':
        return look(id, fleetOfDeployment);
      case 'alert':
        return look(id, fleetOfAlert);
      default:
        return false;
    }
  };
  return async ({ topic, subjectId, kind, payload, organizationId }) => {
    switch (topic) {
      case 'rule':
      case 'model':
      case 'fleet':
      case 'deployment':
        return concerns({ kind: topic, id: subjectId });
      case 'node': {
        if (kind !== 'moved') return concerns({ kind: topic, id: subjectId });
        const { from, to } = payloadSchema.parse(payload);
        const stays = remember(subjectId, reaches(reach, to));
        return stays || reaches(reach, from);
      }
      case 'detection':
      case 'alert':
        // The control plane’s own round over all conditions names the organization and nothing in it.
        return subjectId === organizationId || reaches(reach, payloadSchema.parse(payload).fleet);
      case 'audit':
        for (const object of auditedSchema.parse(payload).objects) if (await concerns(object)) return true;
        return false;
      default:
        return false;
    }
  };
}

/** Ends with the signal, and for who is limited to fleets also when the node leaves these. */
export function untilOutOfReach(liveBus: LiveBus, reach: Reach, nodeId: string, signal: AbortSignal): AbortSignal {
  if (reach.fleets === 'all') return signal;
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  liveBus.listen(({ topic, kind, subjectId, payload }) => {
    if (topic === 'node' && kind === 'moved' && subjectId === nodeId && !reaches(reach, payloadSchema.parse(payload).to)) left.abort();
  }, either);
  return either;
}
