import type { Prisma } from '../kernel/db.ts';
import type { Deps } from '../kernel/deps.ts';
import { unsealSettings, withSecrets } from './channel-settings.ts';
import { opensIncidents, sendMessage } from './messages.ts';
import type { Message } from './messages.ts';
import { holdChannel, takeDue } from './repository.ts';
import { nextAttemptAt, NotTaken } from './retries.ts';
import { deliveryEventSchema } from './schema.ts';
import { openSecret } from './secrets.ts';

const sentAtOnceMax = 10;
/** A sender that dies with a message in hand leaves it to another after this time. */
const leaseMs = 60_000;

type Sending = Pick<Deps, 'db' | 'clock' | 'ids' | 'vault' | 'publicUrl' | 'logger'>;
type DeliveryRow = Prisma.NotificationDeliveryGetPayload<{ include: { channel: true; alert: true } }>;

/** Sends what is due, a few at a time; what was not taken is tried again, later each time, and given up at last. */
export async function sendDue(deps: Sending): Promise<number> {
  const now = deps.clock.now();
  const ids = await takeDue(deps.db, new Date(now), new Date(now + leaseMs), sentAtOnceMax);
  await Promise.all(ids.map((id) => sendOne(deps, id)));
  return ids.length;
}

async function sendOne(deps: Sending, id: string): Promise<void> {
  const { db, clock, publicUrl } = deps;
  const delivery = await db.notificationDelivery.findUnique({ where: { id }, include: { channel: true, alert: true } });
  if (delivery === null) return;
  const organization = await db.organization.findUniqueOrThrow({ where: { id: delivery.organizationId }, select: { name: true } });
  try {
    const settings = await withSecrets(unsealSettings(deps, delivery.channel), (name) => openSecret(deps, delivery.organizationId, name));
    await sendMessage(settings, messageOf(delivery, organization.name, publicUrl, clock.now()), clock.now());
    await conclude(deps, delivery, { state: 'Delivered', deliveredAt: new Date(clock.now()), lastError: null });
  } catch (error) {
    await notTaken(deps, delivery, error);
  }
}

async function notTaken(deps: Sending, delivery: DeliveryRow, error: unknown): Promise<void> {
  const { db, clock, logger } = deps;
  const now = clock.now();
  const reason = (error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error)).slice(0, 500);
  const next = nextAttemptAt({ attempts: delivery.attempts, createdAt: delivery.createdAt.getTime(), isTest: delivery.alertId === null }, error, now);
  logger.warn({ channel: delivery.channelId, attempts: delivery.attempts, final: next === null }, 'a notification was not taken');
  if (next === null) return conclude(deps, delivery, { state: 'Failed', lastError: reason });
  await db.notificationDelivery.update({ where: { id: delivery.id }, data: { lastError: reason, nextAt: new Date(next) } });
  if (error instanceof NotTaken && error.waitMs !== null) await holdChannel(db, delivery.channelId, new Date(now + error.waitMs));
}

/** Nothing more is tried. A test that may have opened an incident, taken or not, is followed by its end. */
async function conclude({ db, clock, ids }: Sending, { id, organizationId, channelId, channel, event }: DeliveryRow, data: Prisma.NotificationDeliveryUpdateInput): Promise<void> {
  const at = new Date(clock.now());
  const ending = event === 'test' && opensIncidents.has(channel.kind) ? [db.notificationDelivery.create({ data: { id: ids.next(), organizationId, channelId, event: 'testResolved', nextAt: at, createdAt: at } })] : [];
  await db.$transaction([db.notificationDelivery.update({ where: { id }, data }), ...ending]);
}

function messageOf({ event: written, alert, channelId }: DeliveryRow, organization: string, publicUrl: string, now: number): Message {
  const event = deliveryEventSchema.parse(written);
  if (alert === null) return { event, organization, url: `${publicUrl}/settings?tab=notifications`, alert: { id: channelId, source: 'test', severity: 'info', title: 'A test of this channel', detail: 'Somebody pressed Test under Settings, Notifications.', rule: null, count: 1, firstAt: now, lastAt: now } };
  const { id, source, severity, title, detail, rule, count } = alert;
  return { event, organization, url: `${publicUrl}/alerts?alert=${encodeURIComponent(id)}`, alert: { id, source, severity, title, detail, rule, count, firstAt: alert.firstAt.getTime(), lastAt: alert.lastAt.getTime() } };
}
