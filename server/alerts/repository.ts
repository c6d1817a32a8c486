import type { Prisma, Queryable, Transaction } from '../kernel/db.ts';
import type { AlertSource, Severity } from './schema.ts';

/** Something that happened and that a person should look at. */
export interface Raise {
  id: string;
  organizationId: string;
  key: string;
  source: AlertSource;
  severity: Severity;
  title: string;
  detail: string;
  rule?: string | undefined;
  stream?: string | undefined;
  nodeId?: string | undefined;
  fleetId?: string | null | undefined;
  deploymentId?: string | undefined;
  count: number;
  at: number;
}

/** What the column holds: a node may say that it lost any number of records. */
const countMax = 2_147_483_647;

/**
 * Opens an alert or adds to the one that is there under the same key. `adds` counts happenings on; else `count` is how many
 * things it is about now, and one of which nothing changed is left as it is. Answers what was written. Keys are taken in order, so that two that raise the same ones never wait for each other in a ring.
 */
export async function writeRaises(db: Queryable, raises: readonly Raise[], adds: boolean): Promise<Raise[]> {
  const written: Raise[] = [];
  for (const one of [...raises].sort((left, right) => (left.key < right.key ? -1 : 1))) {
    const at = new Date(one.at);
    const changed = await db.$executeRaw`
      INSERT INTO alerts (id, "organizationId", key, source, severity, title, detail, rule, stream, "nodeId", "fleetId", "deploymentId", count, "firstAt", "lastAt")
      VALUES (${one.id}, ${one.organizationId}, ${one.key}, ${one.source}::alert_source, ${one.severity}::detection_severity, ${one.title}, ${one.detail},
        ${one.rule ?? null}, ${one.stream ?? null}, ${one.nodeId ?? null}, ${one.fleetId ?? null}, ${one.deploymentId ?? null}, ${Math.min(one.count, countMax)}, ${at}, ${at})
      ON CONFLICT ("organizationId", key) WHERE state <> 'Resolved' DO UPDATE SET
        count = CASE WHEN ${adds} THEN LEAST(alerts.count::bigint + excluded.count, ${countMax})::int ELSE excluded.count END,
        "lastAt" = GREATEST(alerts."lastAt", excluded."lastAt"), severity = GREATEST(alerts.severity, excluded.severity), detail = excluded.detail
      WHERE ${adds} OR alerts.count <> excluded.count OR alerts.detail <> excluded.detail`;
    if (changed > 0) written.push(one);
  }
  return written;
}

/** Ends alerts by themselves; returns those that were. */
export async function resolveByItself(db: Queryable, where: Prisma.AlertWhereInput, by: string, at: number): Promise<{ id: string; organizationId: string }[]> {
  return db.alert.updateManyAndReturn({ where: { ...where, state: { not: 'Resolved' } }, data: { state: 'Resolved', resolvedBy: by, resolvedAt: new Date(at) }, select: { id: true, organizationId: true } });
}

/** Fleets with nodes that have had no connection for longer than their organization puts up with, and the first few of them by name; nodes of no fleet come together. */
export async function fleetsWithNodesAway(db: Queryable, now: Date): Promise<{ organizationId: string; fleetId: string | null; fleet: string | null; minutes: number; nodes: number; names: string[] }[]> {
  return db.$queryRaw`
    SELECT n."organizationId", n."fleetId", f.name AS fleet, o."offlineMinutes" AS minutes, count(*)::int AS nodes, (array_agg(n.name ORDER BY n.name))[1:5] AS names
    FROM node_statuses s JOIN nodes n ON n.id = s."nodeId" JOIN organizations o ON o.id = n."organizationId" LEFT JOIN fleets f ON f.id = n."fleetId"
    WHERE s.health = 'Offline' AND s."revokedAt" IS NULL AND n."healthSince" < ${now}::timestamptz - o."offlineMinutes" * interval '1 minute'
    GROUP BY n."organizationId", n."fleetId", f.name, o."offlineMinutes"`;
}

export async function findAlertSettings(db: Queryable, organizationId: string): Promise<{ name: string; offlineMinutes: number }> {
  return db.organization.findUniqueOrThrow({ where: { id: organizationId }, select: { name: true, offlineMinutes: true } });
}

export async function writeAlertSettings(tx: Transaction, organizationId: string, { offlineMinutes }: { offlineMinutes: number }): Promise<void> {
  await tx.organization.update({ where: { id: organizationId }, data: { offlineMinutes } });
}

/** Fleets with nodes in quarantine, and the first few of them by name; nodes of no fleet come together. */
export async function fleetsWithNodesInQuarantine(db: Queryable): Promise<{ organizationId: string; fleetId: string | null; fleet: string | null; nodes: number; names: string[] }[]> {
  return db.$queryRaw`
    SELECT n."organizationId", n."fleetId", f.name AS fleet, count(*)::int AS nodes, (array_agg(n.name ORDER BY n.name))[1:5] AS names
    FROM nodes n LEFT JOIN fleets f ON f.id = n."fleetId"
    WHERE n."quarantinedAt" IS NOT NULL AND n."revokedAt" IS NULL
    GROUP BY n."organizationId", n."fleetId", f.name`;
}

/** A rollout that a person has to decide about, with the sentence in which it said why. */
export interface HeldRollout {
  id: string;
  organizationId: string;
  fleetId: string;
  fleetName: string;
  why: string;
}

/** Rollouts that stopped themselves. */
export function suspendedRollouts(db: Queryable): Promise<HeldRollout[]> {
  return heldRollouts(db, 'Suspended', ['ThresholdExceeded', 'GateStopped']);
}

/** Rollouts that wait for an approval, for somebody's judgement or for signatures; one that a person paused waits for nobody. */
export async function waitingRollouts(db: Queryable): Promise<HeldRollout[]> {
  return [...(await heldRollouts(db, 'Paused', ['ApprovalNeeded', 'GateUndecided'])), ...(await unsignedRollouts(db))];
}

/** Those whose bundle too few of the people who hold keys have signed. */
async function unsignedRollouts(db: Queryable): Promise<HeldRollout[]> {
  const rows = await db.$queryRaw<(Omit<HeldRollout, 'why'> & { missing: number })[]>`
    SELECT d.id, d."organizationId", d."fleetId", d."fleetName", o."bundleThreshold" - 1 - signed.count AS missing
    FROM deployments d JOIN organizations o ON o.id = d."organizationId" AND o."bundleThreshold" > 1
    CROSS JOIN LATERAL (SELECT count(*)::int AS count FROM held_signatures s JOIN signing_keys k ON k.id = s."keyId" AND k.state = 'Active' AND k.holder IS NOT NULL
      WHERE s."organizationId" = d."organizationId" AND s.digest = d.bundle) AS signed
    WHERE d.state = 'Progressing' AND signed.count < o."bundleThreshold" - 1 LIMIT 1000`;
  return rows.map(({ missing, ...row }) => ({ ...row, why: `${missing === 1 ? 'One signature is' : `${missing} signatures are`} missing: no node is told before.` }));
}

/** By the last decision that has to do with going on. */
async function heldRollouts(db: Queryable, state: 'Suspended' | 'Paused', kinds: readonly string[]): Promise<HeldRollout[]> {
  const rows = await db.deployment.findMany({
    where: { state },
    select: { id: true, organizationId: true, fleetId: true, fleetName: true, decisions: { where: { kind: { in: [...kinds, 'Paused', 'Resumed'] } }, orderBy: { id: 'desc' }, take: 1, select: { kind: true, message: true } } },
    take: 1000,
  });
  return rows.flatMap(({ decisions: [last], ...row }) => (last !== undefined && kinds.includes(last.kind) ? [{ ...row, why: last.message }] : []));
}

/** Tokens that end within a notice, in milliseconds; one that was made to live for less than the notice is not news. */
export async function tokensExpiring(db: Queryable, now: Date, noticeMs: number): Promise<{ id: string; organizationId: string; name: string; expiresAt: Date }[]> {
  const until = new Date(now.getTime() + noticeMs);
  return db.$queryRaw<{ id: string; organizationId: string; name: string; expiresAt: Date }[]>`
    SELECT id, "organizationId", name, "expiresAt" FROM api_tokens
    WHERE "revokedAt" IS NULL AND "expiresAt" > ${now} AND "expiresAt" < ${until}
      AND "expiresAt" - "createdAt" > ${noticeMs}::double precision * interval '1 millisecond'
    ORDER BY "expiresAt" LIMIT 1000`;
}

/** Break-glass codes that nobody used and that open nothing soon: whoever relies on one in its envelope does not look at it. */
export async function codesExpiring(db: Queryable, now: Date, noticeMs: number): Promise<{ id: string; organizationId: string; label: string; expiresAt: Date }[]> {
  return db.breakGlassCode.findMany({ where: { usedAt: null, revokedAt: null, expiresAt: { gt: now, lt: new Date(now.getTime() + noticeMs) } }, select: { id: true, organizationId: true, label: true, expiresAt: true }, orderBy: { expiresAt: 'asc' }, take: 1000 });
}

/** Codes by which somebody is in at this moment, who may do everything. */
export async function breakGlassInUse(db: Queryable, now: Date): Promise<{ id: string; organizationId: string; usedBy: string; reason: string; endsAt: Date }[]> {
  const rows = await db.breakGlassCode.findMany({ where: { endsAt: { gt: now }, revokedAt: null }, select: { id: true, organizationId: true, usedBy: true, reason: true, endsAt: true }, take: 1000 });
  return rows.flatMap(({ usedBy, reason, endsAt, ...row }) => (usedBy === null || reason === null || endsAt === null ? [] : [{ ...row, usedBy, reason, endsAt }]));
}

type TroubledRepository = { id: string; organizationId: string; name: string; readProblem: string | null; applyProblem: string | null; drifted: number; selfHeal: boolean };

/** Repositories whose branch or documents cannot be read, or not be applied, or that differ and are not to be healed. What did not answer once may answer the next time. */
export async function troubledRepositories(db: Queryable): Promise<TroubledRepository[]> {
  return db.$queryRaw<TroubledRepository[]>`
    SELECT id, "organizationId", name, CASE WHEN failures > 1 OR "refusedCommit" IS NOT NULL THEN "readProblem" END AS "readProblem", "applyProblem", drifted, "selfHeal" FROM git_repositories
    WHERE ("readProblem" IS NOT NULL AND (failures > 1 OR "refusedCommit" IS NOT NULL)) OR "applyProblem" IS NOT NULL OR (drifted > 0 AND NOT "selfHeal") ORDER BY id LIMIT 1000`;
}

/** Open alerts of a source whose keys are not among these: what they are about is over. */
export async function resolveOthers(db: Queryable, source: AlertSource, keys: readonly string[], by: string, at: number): Promise<{ id: string; organizationId: string }[]> {
  return resolveByItself(db, { source, key: { notIn: [...keys] } }, by, at);
}

/** Alerts whose opening or end was not given to the routes yet; locked, so that several processes share the work. */
export async function takeUnrouted(tx: Transaction, now: Date, limit: number): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM alerts
    WHERE ("openedRoutedAt" IS NULL OR (state = 'Resolved' AND "resolvedRoutedAt" IS NULL)) AND ("mutedUntil" IS NULL OR "mutedUntil" <= ${now})
    ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
  return rows.map((row) => row.id);
}

/**
 * Deliveries that are due, each for this process alone until `leasedUntil`. Of one alert a channel is told in order: while its opening is not
 * told, its end waits, or whoever keeps incidents would open one that nothing ends.
 */
export async function takeDue(db: Queryable, now: Date, leasedUntil: Date, limit: number): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    UPDATE notification_deliveries SET "nextAt" = ${leasedUntil}, attempts = attempts + 1
    WHERE id IN (
      SELECT id FROM notification_deliveries AS due
      WHERE state = 'Pending' AND "nextAt" <= ${now}
        AND NOT EXISTS (SELECT FROM notification_deliveries AS before WHERE before."channelId" = due."channelId" AND before."alertId" = due."alertId" AND before.event = 'opened' AND due.event = 'resolved' AND before.state = 'Pending')
      ORDER BY "nextAt" LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id`;
  return rows.map((row) => row.id);
}

/** A far end that asked to be left alone is, whatever waits for it. */
export async function holdChannel(db: Queryable, channelId: string, until: Date): Promise<void> {
  await db.notificationDelivery.updateMany({ where: { channelId, state: 'Pending', nextAt: { lt: until } }, data: { nextAt: until } });
}
