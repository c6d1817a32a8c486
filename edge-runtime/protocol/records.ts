import { z } from 'zod';
import { digestSchema, generationSchema, timeSchema, versionSchema } from './scalars.ts';

/**
 * A record is a fact the node must deliver exactly once in effect: numbered by the node without gaps from 1, kept on its
 * disk until acknowledged, and dropped by the receiver when its number was seen before.
 */
const recordBase = { sequence: z.number().int().min(1), at: timeSchema };

/** An attribute value on the wire: a long beyond 2^53 travels as a string. */
export const attributeValueSchema = z.union([z.null(), z.boolean(), z.number(), z.string().max(16_384)]);

export const causeSchema = z.object({ stream: z.string().max(128), at: timeSchema, data: z.record(z.string().max(128), attributeValueSchema) });

/** How much a detection matters, from `@detection(severity='…')`; `warning` unless said. */
export const severitySchema = z.enum(['info', 'warning', 'critical']);

/** What a rule emitted into a stream with a @detection annotation, with the latest events of the streams that feed it. */
export const detectionRecordSchema = z.object({
  ...recordBase,
  kind: z.literal('detection'),
  stream: z.string().max(128),
  /** From `@detection(title='…')`, else the stream's name. */
  title: z.string().min(1).max(200),
  severity: severitySchema,
  rule: z.string().max(63),
  ruleVersion: versionSchema,
  bundle: digestSchema,
  generation: generationSchema,
  models: z.array(z.object({ name: z.string().max(63), version: versionSchema })).max(16),
  data: z.record(z.string().max(128), attributeValueSchema),
  causes: z.array(causeSchema).max(64),
  /** From the arrival of the event that completed the detection to its action. */
  latencyUs: z.number().min(0),
  /** What was done about it: one entry a sink. */
  actions: z.array(z.object({ sink: z.string().max(64), outcome: z.enum(['delivered', 'buffered', 'failed']), message: z.string().max(512).optional() })).max(16),
});

/** Something that happened to the node itself, for its timeline. */
export const timelineRecordSchema = z.object({
  ...recordBase,
  kind: z.literal('timeline'),
  reason: z.string().max(64),
  message: z.string().max(1024),
  tone: z.enum(['info', 'positive', 'notice', 'critical']),
});

export const recordSchema = z.discriminatedUnion('kind', [detectionRecordSchema, timelineRecordSchema]);
export type Severity = z.infer<typeof severitySchema>;
export type DetectionRecord = z.infer<typeof detectionRecordSchema>;
export type TimelineRecord = z.infer<typeof timelineRecordSchema>;
export type NodeRecord = z.infer<typeof recordSchema>;
export type AttributeValue = z.infer<typeof attributeValueSchema>;
