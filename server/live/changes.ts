import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import type { OutboxEvent } from '../kernel/live-bus.ts';
import type { OutboxPosition } from '../kernel/outbox.ts';
import { outboxEnd, readOutbox } from '../kernel/outbox-relay.ts';
import { formatCursor, parseCursor } from '../kernel/outbox.ts';
import { createAudience } from './audience.ts';
import { isStillKept } from './reads.ts';
import { changeTopicSchema } from './schema.ts';
import type { Change } from './schema.ts';

const backlogBatch = 500;
/** A browser that missed more than this reads its pages again instead. */
const backlogMax = 2_000;

export type TrackedChange = { cursor: string; change: Change };

/**
 * Changes in reach of the actor after `since`, in order, without gaps; from now on when that is null. The bus is listened to
 * before the backlog is read, and what both have is given once. Where something may have been missed (a cursor too old, a
 * reader too slow) one change of topic `resync` says that everything must be read again.
 */
export async function* followChanges(deps: Deps, actor: Actor, since: string | null, signal: AbortSignal): AsyncGenerator<TrackedChange> {
  const { organizationId } = actor;
  const hears = createAudience(deps.db, actor);
  const live = deps.liveBus.stream((event) => event.organizationId === organizationId && isChange(asShown(event)), signal);
  const asked = since === null ? null : parseCursor(since);
  let position = asked ?? (await outboxEnd(deps.pool));
  if (since !== null && asked === null) yield resync(position);
  if (asked !== null) {
    const backlog = await readBacklog(deps, organizationId, asked);
    if (backlog === null) {
      position = await outboxEnd(deps.pool);
      yield resync(position);
    } else {
      for (const event of backlog.map(asShown)) {
        position = positionOf(event) ?? position;
        if (isChange(event) && (await hears(event))) yield toTracked(event);
      }
    }
  }
  for await (const item of live) {
    if (item.type === 'gap') {
      yield resync(position);
      continue;
    }
    const event = asShown(item.event);
    const at = positionOf(event);
    if (at === null || !isAfter(at, position)) continue;
    position = at;
    if (await hears(event)) yield toTracked(event);
  }
}

/** A cursor after everything that is committed, and before everything that is not. */
export async function positionNow(deps: Deps): Promise<string> {
  return formatCursor(await outboxEnd(deps.pool));
}

/** Everything after the cursor; null when some of it is no longer kept, or it is more than a browser should work through. */
async function readBacklog(deps: Deps, organizationId: string, from: OutboxPosition): Promise<OutboxEvent[] | null> {
  if (!(await isStillKept(deps.db, from))) return null;
  const backlog: OutboxEvent[] = [];
  let position = from;
  for (;;) {
    const events = await readOutbox(deps.pool, position, backlogBatch, organizationId);
    backlog.push(...events);
    if (backlog.length > backlogMax) return null;
    const last = events.at(-1);
    if (last === undefined || events.length < backlogBatch) return backlog;
    position = positionOf(last) ?? position;
  }
}

/** That a node was assigned something is told once, to the link: whoever looks at the node hears of it as a change of that. */
function asShown(event: OutboxEvent): OutboxEvent {
  return event.topic === 'assignment' ? { ...event, topic: 'node' } : event;
}

function isChange(event: OutboxEvent): boolean {
  return changeTopicSchema.safeParse(event.topic).success;
}

function toTracked(event: OutboxEvent): TrackedChange {
  return { cursor: event.cursor, change: { topic: changeTopicSchema.parse(event.topic), id: event.subjectId, kind: event.kind } };
}

function resync(position: OutboxPosition): TrackedChange {
  return { cursor: formatCursor(position), change: { topic: 'resync', id: '', kind: 'resync' } };
}

function positionOf(event: OutboxEvent): OutboxPosition | null {
  return parseCursor(event.cursor);
}

function isAfter(a: OutboxPosition, b: OutboxPosition): boolean {
  return a.transactionId > b.transactionId || (a.transactionId === b.transactionId && a.id > b.id);
}
