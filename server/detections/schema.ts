import { attributeValueSchema, causeSchema, digestSchema, severitySchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { idSchema, pageInput, pageOf } from '../kernel/wire.ts';
import { rangeSchema } from '../telemetry/schema.ts';

export { severitySchema };
export type { Severity } from '@selvedge/edge-runtime/protocol';

const filters = {
  range: rangeSchema.default('24h'),
  node: idSchema.optional(),
  fleet: idSchema.optional(),
  rule: z.string().max(63).optional(),
  severity: severitySchema.optional(),
};

const nodeReference = z.object({ id: idSchema, name: z.string() });
const data = z.record(z.string(), attributeValueSchema);

export const detectionSchema = z.object({
  id: idSchema,
  /** When it happened, by the node's clock. */
  at: z.number(),
  /** When the control plane got it: later when the node was cut off. */
  receivedAt: z.number(),
  node: nodeReference,
  rule: z.object({ name: z.string(), version: z.number().int() }),
  stream: z.string(),
  title: z.string(),
  severity: severitySchema,
  data,
  /** From the arrival of the event that completed it to its action, microseconds. */
  latencyUs: z.number(),
  models: z.array(z.object({ name: z.string(), version: z.number().int() })),
  actions: z.array(z.object({ sink: z.string(), outcome: z.enum(['delivered', 'buffered', 'failed']), message: z.string().optional() })),
});

/** Detections of one rule, stream and severity taken together. */
export const detectionGroupSchema = z.object({
  key: z.string(),
  title: z.string(),
  severity: severitySchema,
  rule: z.string(),
  stream: z.string(),
  count: z.number().int(),
  nodes: z.number().int(),
  firstAt: z.number(),
  lastAt: z.number(),
  /** Counts in 24 equal steps of the range, oldest first, to draw as a line. */
  histogram: z.array(z.number().int()),
  latest: detectionSchema,
});

export const detectionGroupsInput = z.object(filters);
export const detectionGroupsOutput = z.object({ items: z.array(detectionGroupSchema), total: z.number().int() });
export const listDetectionsInput = pageInput.extend({ ...filters, stream: z.string().max(128).optional() });
export const listDetectionsOutput = pageOf(detectionSchema);
export const getDetectionInput = z.object({ id: idSchema });
export const detectionDetailSchema = detectionSchema.extend({
  /** The latest events of the streams that feed the rule, oldest first. */
  causes: z.array(causeSchema),
  bundle: digestSchema,
  generation: z.number().int(),
  sequence: z.number().int(),
});

export type Detection = z.infer<typeof detectionSchema>;
export type DetectionGroup = z.infer<typeof detectionGroupSchema>;
export type DetectionDetail = z.infer<typeof detectionDetailSchema>;
