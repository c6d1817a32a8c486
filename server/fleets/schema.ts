import { digestSchema, labelsSchema, nameSchema, settingsSchema, versionSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { atSchema } from '../history/schema.ts';
import { idSchema, pageInput, pageOf, permissionSchema } from '../kernel/wire.ts';
import { parseSelector } from './selector.ts';

/** How long a selector text may be; see `selector.ts` for its language. */
export const selectorTextSchema = z.string().min(1).max(1024);

/** A selector as part of something larger: where it cannot be read, the field says why. */
export const waveSelectorSchema = z.string().trim().min(1).max(1024).superRefine((text, context) => {
  const parsed = parseSelector(text);
  if (!parsed.ok) context.addIssue({ code: 'custom', message: `${parsed.error.message}.` });
});

/** How many nodes of a fleet are in which state. A node that is offline counts as offline only. */
export const fleetCountsSchema = z.object({
  total: z.number().int(),
  synced: z.number().int(),
  outOfSync: z.number().int(),
  applying: z.number().int(),
  failed: z.number().int(),
  offline: z.number().int(),
});

/** Another fleet whose selector matches some of the same nodes. */
export const overlapSchema = z.object({ fleet: z.object({ id: idSchema, name: z.string() }), nodes: z.number().int() });

/** What a fleet is told to run: how many rules and models the bundle holds. */
export const fleetBundleSchema = z.object({ digest: digestSchema, rules: z.number().int(), models: z.number().int() });

export const fleetItemSchema = z.object({
  id: idSchema,
  name: z.string(),
  selector: z.string(),
  nodes: fleetCountsSchema,
  /** How many of them are in quarantine: rollouts leave them out. */
  quarantined: z.number().int(),
  bundle: fleetBundleSchema.nullable(),
  deployedAt: z.number().nullable(),
  overlaps: z.array(overlapSchema),
});

export const listFleetsInput = pageInput.extend({ query: z.string().max(128).optional(), sort: z.enum(['name', '-name', 'nodes', '-nodes']).default('name'), at: atSchema });
export const listFleetsOutput = pageOf(fleetItemSchema);

/** A rule or model, and how many nodes of the fleet report that version of it. */
const versionInUseSchema = z.object({ name: z.string(), version: z.number().int(), nodes: z.number().int() });

/** At a moment of the past nothing can be done to it. */
export const getFleetInput = z.object({ id: idSchema, at: atSchema });
export const fleetSchema = fleetItemSchema.extend({
  /** Grows with every edit; `update` must name the one it was made from. */
  version: z.number().int(),
  settings: settingsSchema,
  /** How many nodes report which bundle; null is a node that runs none. */
  spread: z.array(z.object({ bundle: digestSchema.nullable(), nodes: z.number().int() })),
  /** What the nodes report, not what they were told. */
  rules: z.array(versionInUseSchema),
  models: z.array(versionInUseSchema),
  createdAt: z.number(),
  can: z.object({ update: permissionSchema, select: permissionSchema, remove: permissionSchema, deploy: permissionSchema }),
});

export const createFleetInput = z.object({ name: nameSchema, selector: selectorTextSchema, settings: settingsSchema.prefault({}) });
export const updateFleetInput = z.object({
  id: idSchema,
  version: versionSchema,
  name: nameSchema.optional(),
  selector: selectorTextSchema.optional(),
  settings: settingsSchema.optional(),
});
export const removeFleetInput = z.object({ id: idSchema });
export const removeFleetOutput = z.object({ removed: z.literal(true), nodesLeft: z.number().int() });

/** How nodes that join a fleet come to what it runs. */
export const joiningSchema = z.object({
  fleet: z.object({ id: idSchema, name: z.string() }),
  nodes: z.number().int(),
  /** So many of them are told at once; the others in a rollout, after those. */
  first: z.number().int(),
  says: z.string(),
});

/** What a selector would do, before it is saved. Lists hold at most 50 nodes; the numbers are exact. */
export const previewFleetInput = z.object({ id: idSchema.optional(), selector: selectorTextSchema });
const nodeNameSchema = z.object({ id: idSchema, name: z.string(), labels: labelsSchema });
export const previewFleetOutput = z.object({
  /** Where the text is wrong; everything else is empty then. */
  error: z.object({ message: z.string(), from: z.number().int(), to: z.number().int() }).nullable(),
  total: z.number().int(),
  /** Nodes without a fleet that would join this one. */
  added: z.object({ total: z.number().int(), nodes: z.array(nodeNameSchema) }),
  /** Nodes that would be left without a fleet. */
  removed: z.object({ total: z.number().int(), nodes: z.array(nodeNameSchema) }),
  /** Nodes that would go from one fleet to another, because only the other still claims them. */
  moved: z.object({ total: z.number().int(), nodes: z.array(nodeNameSchema.extend({ from: z.string(), to: z.string() })) }),
  /** Nodes that another fleet claims as well: each stays where it is. */
  overlaps: z.array(overlapSchema.extend({ sample: z.array(nodeNameSchema) })),
  /** Of each fleet that runs something and would get nodes. */
  joining: z.array(joiningSchema),
});

export type FleetItem = z.infer<typeof fleetItemSchema>;
export type Fleet = z.infer<typeof fleetSchema>;
export type Joining = z.infer<typeof joiningSchema>;
export type FleetPreview = z.infer<typeof previewFleetOutput>;
