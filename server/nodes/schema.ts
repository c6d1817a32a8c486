import {
  activationStepSchema,
  attributeValueSchema,
  conditionSchema,
  digestSchema,
  factsSchema,
  healthStatusSchema,
  labelsSchema,
  nameSchema,
  syncStatusSchema,
  timeSchema,
} from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { joiningSchema } from '../fleets/schema.ts';
import { atSchema } from '../history/schema.ts';
import { cursorSchema, idSchema, pageInput, pageOf, permissionSchema } from '../kernel/wire.ts';
import { rangeSchema, seriesSchema } from '../telemetry/schema.ts';

const why = { reason: z.string(), since: z.number().nullable(), message: z.string() };

/** Is the node there, and well: the definitions are in `status.ts`. */
export const healthSchema = z.object({ status: healthStatusSchema, ...why });
/** Does it run what it should: the definitions are in `status.ts`. */
export const syncSchema = z.object({ status: syncStatusSchema, ...why });

export const fleetReferenceSchema = z.object({ id: idSchema, name: z.string() });

/** Since when rollouts leave the node out, and why; `by` is null when a rollout put it there after repeated failure. */
export const quarantineSchema = z.object({ since: z.number(), by: z.string().nullable(), because: z.string() });

/** Over the last ten seconds: events a second, and the 99th percentile from arrival to action in microseconds. */
export const nodeRatesSchema = z.object({ events: z.number(), latencyP99Us: z.number().nullable() });

export const nodeItemSchema = z.object({
  id: idSchema,
  name: z.string(),
  labels: labelsSchema,
  fleet: fleetReferenceSchema.nullable(),
  health: healthSchema,
  sync: syncSchema,
  quarantine: quarantineSchema.nullable(),
  connectedSince: z.number().nullable(),
  lastSeenAt: z.number().nullable(),
  agentVersion: z.string(),
  generation: z.object({ desired: z.number().int(), observed: z.number().int() }),
  rates: nodeRatesSchema.nullable(),
  /** Records that the node holds and has not delivered yet. */
  buffered: z.number().int(),
  revokedAt: z.number().nullable(),
});

export const listNodesInput = pageInput.extend({
  /** Part of a name, in any case. */
  query: z.string().max(256).optional(),
  health: z.array(healthStatusSchema).max(4).optional(),
  sync: z.array(syncStatusSchema).max(6).optional(),
  /** A fleet's id, or `none` for nodes that no fleet claims. */
  fleet: z.string().max(64).optional(),
  /** A selector over labels, such as `site=plant-3, !spare`. */
  label: z.string().max(1024).optional(),
  /** Those in quarantine alone, or those that are not. */
  quarantined: z.boolean().optional(),
  /** Revoked nodes are left out unless asked for. */
  revoked: z.boolean().default(false),
  sort: z.enum(['name', '-name', 'lastSeenAt', '-lastSeenAt', 'health', 'sync']).default('name'),
  at: atSchema,
});
export const listNodesOutput = pageOf(nodeItemSchema);

/** Some rows of the list by their ids, in no order; what is gone or out of reach is left out. */
export const nodeRowsInput = z.object({ ids: z.array(idSchema).min(1).max(100) });
export const nodeRowsOutput = z.array(nodeItemSchema);

export const nodesSummaryInput = z.object({ at: atSchema }).prefault({});
export const nodesSummaryOutput = z.object({
  total: z.number().int(),
  byHealth: z.record(healthStatusSchema, z.number().int()),
  bySync: z.record(syncStatusSchema, z.number().int()),
  quarantined: z.number().int(),
});

const versionSchema = z.object({ name: z.string(), version: z.number().int() });

/** One part of what should run against what does. `settings` differ as a whole. */
export const diffEntrySchema = z.object({
  kind: z.enum(['rule', 'model', 'settings']),
  part: z.string(),
  reported: z.string().nullable(),
  desired: z.string().nullable(),
  change: z.enum(['same', 'added', 'removed', 'changed']),
});

export const activationSchema = z.object({
  generation: z.number().int(),
  bundle: digestSchema,
  step: activationStepSchema,
  bytesDone: z.number(),
  bytesTotal: z.number(),
  message: z.string().nullable(),
});

/** At a moment of the past nothing can be done to it, and it has no figures that are not kept. */
export const getNodeInput = z.object({ id: idSchema, at: atSchema });
export const nodeSchema = nodeItemSchema.extend({
  facts: factsSchema,
  fingerprint: z.string(),
  publicKey: z.string(),
  /** Since when it is known by this key; since when it is asked for another; and since when this one is refused, until it enrols again. */
  key: z.object({ since: z.number(), rotationRequestedAt: z.number().nullable(), revokedAt: z.number().nullable() }),
  /** Keys by which it was known before, newest first, at most 20. */
  formerKeys: z.array(z.object({ fingerprint: z.string(), since: z.number(), until: z.number(), because: z.enum(['Rotated', 'Reenrolled']), shownAt: z.number().nullable() })),
  gateway: z.string().nullable(),
  enrolledAt: z.number(),
  conditions: z.array(conditionSchema),
  claimedBy: z.object({ fleets: z.array(fleetReferenceSchema), multiple: z.boolean() }),
  desired: z
    .object({ generation: z.number().int(), bundle: digestSchema.nullable(), since: z.number().nullable(), rules: z.array(versionSchema), models: z.array(versionSchema) })
    .nullable(),
  reported: z
    .object({ generation: z.number().int(), bundle: digestSchema.nullable(), at: z.number(), rules: z.array(versionSchema), models: z.array(versionSchema) })
    .nullable(),
  diff: z.array(diffEntrySchema),
  activation: activationSchema.nullable(),
  /** A person at its site forbids changes; null when nobody does, as it last reported. */
  hold: z.object({ until: z.number(), reason: z.string() }).nullable(),
  can: z.object({ revoke: permissionSchema, retry: permissionSchema, setLabels: permissionSchema, rename: permissionSchema, quarantine: permissionSchema, liftQuarantine: permissionSchema, exportBundle: permissionSchema, importReceipt: permissionSchema, rotateKey: permissionSchema, reenrol: permissionSchema }),
});

export const timelineInput = pageInput.extend({
  id: idSchema,
  /** Only what had happened by then. */
  at: atSchema,
});
export const timelineEntrySchema = z.object({
  id: idSchema,
  at: z.number(),
  tone: z.enum(['info', 'positive', 'notice', 'critical']),
  reason: z.string(),
  message: z.string(),
  source: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('node') }),
    z.object({ kind: z.literal('control plane') }),
    z.object({ kind: z.literal('person'), name: z.string() }),
  ]),
});
export const timelineOutput = pageOf(timelineEntrySchema);

export const setLabelsInput = z.object({ id: idSchema, labels: labelsSchema });
/** Which fleet the node would be in with these labels, and why. */
export const labelsPreviewSchema = z.object({
  from: fleetReferenceSchema.nullable(),
  to: fleetReferenceSchema.nullable(),
  claimedBy: z.array(fleetReferenceSchema.extend({ selector: z.string() })),
  /** More than one fleet claims it: it keeps the fleet it has. */
  multiple: z.boolean(),
  /** How it comes to what that fleet runs; null where it stays, or that runs nothing. */
  joining: joiningSchema.nullable(),
});
export const revokeNodeInput = z.object({ id: idSchema, reason: z.string().trim().min(1).max(512) });
export const retryNodeInput = z.object({ id: idSchema });
export const renameNodeInput = z.object({ id: idSchema, name: nameSchema });
export const changedNodeOutput = z.object({ id: idSchema });
/** `delivered` is false when the node was not connected; it learns of it when it connects. */
export const retryNodeOutput = z.object({ id: idSchema, delivered: z.boolean() });

export const nodeHistoryInput = z.object({ id: idSchema, range: rangeSchema });
export const nodeHistoryOutput = seriesSchema;

export const streamsInput = z.object({ id: idSchema });
export const streamsOutput = z.array(z.object({ stream: z.string(), eventsPerSecond: z.number() }));

/** A read of the node's own store, over the link. Fails with `NodeOffline` or `NodeTimeout`. */
export const queryNodeInput = z.object({
  id: idSchema,
  stream: z.string().min(1).max(128),
  from: timeSchema,
  to: timeSchema,
  limit: z.number().int().min(1).max(1000).default(100),
  cursor: cursorSchema.optional(),
});
export const queryNodeOutput = z.object({
  attributes: z.array(z.string()),
  rows: z.array(z.object({ at: z.number(), values: z.array(attributeValueSchema) })),
  nextCursor: z.string().nullable(),
});

export const densityInput = z
  .object({
    /** The id of a fleet; every node without it. */
    fleet: z.string().max(64).optional(),
    at: atSchema,
  })
  .prefault({});
/** Nodes that look alike as cells, being of one fleet and of the same statuses: how many they are. */
const alikeSchema = z.object({ fleet: fleetReferenceSchema.nullable(), health: healthStatusSchema, sync: syncStatusSchema, nodes: z.number().int() });
/** All nodes, by fleet: as many rows as there are fleets and statuses in them, however many nodes. */
export const densityOutput = z.object({ total: z.number().int(), alike: z.array(alikeSchema) });

/** So many names are read at a time for cells that are pointed at. */
export const cellsPageSize = 500;
/** Which nodes are behind cells that look alike, by name, from a place among them. */
export const cellsInput = z.object({ fleet: idSchema.nullable(), health: healthStatusSchema, sync: syncStatusSchema, from: z.number().int().min(0).max(1_000_000), at: atSchema });
export const cellsOutput = z.array(z.object({ id: idSchema, name: z.string() })).max(cellsPageSize);

export type NodeItem = z.infer<typeof nodeItemSchema>;
export type NodeDetail = z.infer<typeof nodeSchema>;
export type Alike = z.infer<typeof alikeSchema>;
export type DiffEntry = z.infer<typeof diffEntrySchema>;
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;
