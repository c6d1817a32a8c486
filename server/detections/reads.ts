import { attributeValueSchema, causeSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import type { Prisma, Queryable } from '../kernel/db.ts';
import { DomainError, notFound } from '../kernel/errors.ts';
import { fleetsOf, inReach } from '../kernel/reach.ts';
import type { Reach } from '../kernel/reach.ts';
import { rangeMs } from '../telemetry/index.ts';
import { detectionSchema } from './schema.ts';
import type { Detection, DetectionDetail, DetectionGroup, detectionGroupsInput, detectionGroupsOutput, listDetectionsInput, listDetectionsOutput } from './schema.ts';

type Filters = z.infer<typeof detectionGroupsInput>;
type Row = Prisma.DetectionGetPayload<object>;

const groupsMax = 200;
const histogramSteps = 24;

/** The Detections page: what happened how often, the latest first. Three statements. */
export async function groupDetections(db: Queryable, reach: Reach, input: Filters, now: number): Promise<z.infer<typeof detectionGroupsOutput>> {
  const since = now - rangeMs[input.range];
  const stepMs = rangeMs[input.range] / histogramSteps;
  const fleets = fleetsOf(reach);
  const { node = null, fleet = null, rule = null, severity = null } = input;
  const rows = await db.$queryRaw<{ rule: string; stream: string; title: string; severity: string; count: number; nodes: number; firstAt: Date; lastAt: Date; latest: string; histogram: { step: number; count: number }[] }[]>`
    WITH chosen AS (
      SELECT id, rule, stream, title, severity, "nodeId", at,
        least(${histogramSteps - 1}, floor((extract(epoch FROM at) * 1000 - ${since}::float8) / ${stepMs}::float8))::int AS step
      FROM detections
      WHERE "organizationId" = ${reach.organizationId} AND (${fleets}::text[] IS NULL OR "fleetId" = ANY(${fleets})) AND at >= ${new Date(since)}
        AND (${node}::text IS NULL OR "nodeId" = ${node}) AND (${fleet}::text IS NULL OR "fleetId" = ${fleet})
        AND (${rule}::text IS NULL OR rule = ${rule}) AND (${severity}::text IS NULL OR severity = ${severity}::detection_severity)),
    steps AS (
      SELECT rule, stream, title, severity, jsonb_agg(jsonb_build_object('step', step, 'count', count)) AS histogram
      FROM (SELECT rule, stream, title, severity, step, count(*)::int AS count FROM chosen GROUP BY 1, 2, 3, 4, 5) AS counted GROUP BY 1, 2, 3, 4)
    SELECT g.*, g.severity::text AS severity, steps.histogram FROM (
      SELECT rule, stream, title, severity, count(*)::int AS count, count(DISTINCT "nodeId")::int AS nodes, min(at) AS "firstAt", max(at) AS "lastAt",
        (array_agg(id ORDER BY at DESC, id DESC))[1] AS latest
      FROM chosen GROUP BY 1, 2, 3, 4) AS g JOIN steps USING (rule, stream, title, severity)
    ORDER BY "lastAt" DESC LIMIT ${groupsMax}`;
  const latest = new Map((await withNodes(db, await db.detection.findMany({ where: { ...inReach(reach), id: { in: rows.map((row) => row.latest) } } }))).map((detection) => [detection.id, detection]));
  const items = rows.flatMap((row): DetectionGroup[] => {
    const example = latest.get(row.latest);
    if (example === undefined) return [];
    const histogram = Array.from({ length: histogramSteps }, (_, step) => row.histogram.find((entry) => entry.step === step)?.count ?? 0);
    const { rule: name, stream, title, count, nodes } = row;
    return [{ key: `${name}/${stream}/${title}`, title, severity: example.severity, rule: name, stream, count, nodes, firstAt: row.firstAt.getTime(), lastAt: row.lastAt.getTime(), histogram, latest: example }];
  });
  return { items, total: items.reduce((sum, item) => sum + item.count, 0) };
}

/** Detections one by one, newest first. The cursor is the detection after which the next page continues. */
export async function listDetections(db: Queryable, reach: Reach, input: z.infer<typeof listDetectionsInput>, now: number): Promise<z.infer<typeof listDetectionsOutput>> {
  const where = whereOf(reach, input, now);
  const after = input.cursor === undefined ? undefined : parsePosition(input.cursor);
  const [rows, total] = await Promise.all([
    db.detection.findMany({
      where: after === undefined ? where : { AND: [where, { OR: [{ at: { lt: after.at } }, { at: after.at, id: { lt: after.id } }] }] },
      orderBy: [{ at: 'desc' }, { id: 'desc' }],
      take: input.limit + 1,
    }),
    db.detection.count({ where }),
  ]);
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return { items: await withNodes(db, page), nextCursor: rows.length > input.limit && last !== undefined ? `${last.at.getTime()}.${last.id}` : null, total };
}

function whereOf(reach: Reach, input: Filters & { stream?: string | undefined }, now: number): Prisma.DetectionWhereInput {
  const where: Prisma.DetectionWhereInput = { AND: inReach(reach), at: { gte: new Date(now - rangeMs[input.range]) } };
  if (input.node !== undefined) where.nodeId = input.node;
  if (input.fleet !== undefined) where.fleetId = input.fleet;
  if (input.rule !== undefined) where.rule = input.rule;
  if (input.severity !== undefined) where.severity = input.severity;
  if (input.stream !== undefined) where.stream = input.stream;
  return where;
}

function parsePosition(cursor: string): { at: Date; id: string } {
  const match = /^(\d{1,15})\.([\w-]{1,64})$/.exec(cursor);
  if (match?.[1] === undefined || match[2] === undefined) throw new DomainError('InvalidInput', 'The cursor is not one that this list returned.');
  return { at: new Date(Number(match[1])), id: match[2] };
}

/** The latest detections in reach, whatever they are. */
export async function latestDetections(db: Queryable, reach: Reach, limit: number): Promise<Detection[]> {
  return withNodes(db, await db.detection.findMany({ where: inReach(reach), orderBy: [{ at: 'desc' }, { id: 'desc' }], take: limit }));
}

/** One detection with the events that caused it. */
export async function readDetection(db: Queryable, reach: Reach, id: string): Promise<DetectionDetail> {
  const row = await db.detection.findFirst({ where: { ...inReach(reach), id } });
  const [detection] = row === null ? [] : await withNodes(db, [row]);
  if (row === null || detection === undefined) throw notFound('detection', id);
  return { ...detection, causes: z.array(causeSchema).parse(row.causes), bundle: row.bundle, generation: Number(row.generation), sequence: Number(row.sequence) };
}

async function withNodes(db: Queryable, rows: readonly Row[]): Promise<Detection[]> {
  const ids = [...new Set(rows.map((row) => row.nodeId))];
  const nodes = ids.length === 0 ? [] : await db.node.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
  const names = new Map(nodes.map((node) => [node.id, node.name]));
  return rows.map((row) => ({
    id: row.id,
    at: row.at.getTime(),
    receivedAt: row.receivedAt.getTime(),
    node: { id: row.nodeId, name: names.get(row.nodeId) ?? '' },
    rule: { name: row.rule, version: row.ruleVersion },
    stream: row.stream,
    title: row.title,
    severity: row.severity,
    data: z.record(z.string(), attributeValueSchema).parse(row.data),
    latencyUs: row.latencyUs,
    models: detectionSchema.shape.models.parse(row.models),
    actions: detectionSchema.shape.actions.parse(row.actions),
  }));
}
