import { z } from 'zod';

/**
 * What a gate measures of each node. Errors are events that were refused and dead letters, as a share of the events. Shifts are
 * how far the outputs, or the inputs, of its models lie from what they were before the wave began (population-shift.ts).
 */
export const gateMetricSchema = z.enum(['detectionsPerHour', 'errorsPercent', 'latencyP95Ms', 'eventsPerHour', 'predictionShift', 'featureShift']);
/** A fixed bound for the wave as a whole, or a bound on its change beside the change of nodes that stay behind. */
export const gateCompareSchema = z.enum(['atMost', 'atLeast', 'atMostTimesControl', 'atLeastTimesControl']);

export const gateSchema = z
  .object({
    metric: gateMetricSchema,
    compare: gateCompareSchema,
    bound: z.number().min(0).max(1e9),
    /** Nothing is judged before the wave took so many events since it bakes; of shifts: made so many predictions. */
    minSamples: z.number().int().min(1).max(1e9).default(100),
  })
  .refine((gate) => !gate.compare.endsWith('TimesControl') || (gate.bound >= 0.01 && gate.bound <= 100), { path: ['bound'], message: 'Beside control the bound has to be from 0.01 to 100 times.' })
  .refine(({ metric, compare }) => !isShift(metric) || compare.startsWith('atMost'), { path: ['compare'], message: 'A shift can only be held to at most something.' });

export function isShift(metric: z.infer<typeof gateMetricSchema>): boolean {
  return metric === 'predictionShift' || metric === 'featureShift';
}

/** Bakes that are looked at: within them something has to be seen, and spreads are kept by whole minutes. */
const bakeSeconds = { least: 60, leastForShifts: 180 } as const;

export function leastBakeSeconds(gates: readonly Pick<z.infer<typeof gateSchema>, 'metric'>[]): number {
  return gates.some(({ metric }) => isShift(metric)) ? bakeSeconds.leastForShifts : bakeSeconds.least;
}

const count = z.number().min(0);

/** What one node did in one window of time. */
export const nodeFiguresSchema = z.object({
  /** Time of which it told, in hours. */
  hours: count,
  events: count,
  detections: count,
  errors: count,
  /** 95th percentile of the time from event to action, in milliseconds; null when nothing was measured. */
  latencyP95Ms: z.number().nullable(),
  /** Absent in looks that are older than gates on predictions. */
  predictions: count.optional(),
});

/** A node before the wave began and since the wave bakes; null where it told nothing. */
export const nodeEvidenceSchema = z.object({
  node: z.string(),
  before: nodeFiguresSchema.nullable(),
  after: nodeFiguresSchema.nullable(),
  /** How far each attribute shifted, in the order of `shifts.attributes`; null where it told too little of one. Only where a gate asks for it. */
  shifts: z.array(z.number().nullable()).optional(),
});

const spanSchema = z.object({ from: z.number(), to: z.number() });

/** Everything that a look judges by, kept so that its verdicts can be reached again. */
export const lookEvidenceSchema = z.object({
  before: spanSchema,
  after: spanSchema,
  wave: z.array(nodeEvidenceSchema),
  /** Nodes that run what the fleet ran before. */
  control: z.array(nodeEvidenceSchema),
  /** Which inputs and outputs of models were compared, over which spans, and which models of the wave were not there before it began. */
  shifts: z
    .object({ before: spanSchema, after: spanSchema, attributes: z.array(z.object({ model: z.string(), attribute: z.string(), side: z.enum(['input', 'output']) })), newModels: z.array(z.string()) })
    .optional(),
});

/**
 * `Passed`: what was seen keeps to the bound, or does not show that it does not. `Stopped`: it breaks the bound.
 * `NotEnough`: nothing can be said yet. `NoControl`: no node stays behind to compare with, so the gate does not apply.
 */
export const verdictOutcomeSchema = z.enum(['Passed', 'Stopped', 'NotEnough', 'NoControl']);

export const verdictSchema = z.object({
  gate: gateSchema,
  outcome: verdictOutcomeSchema,
  /** What was measured: in the metric's unit, or times control; null when nothing can be said. */
  value: z.number().nullable(),
  /** The chance of such a difference while the bound is kept, and below which chance this look stops; null of a fixed bound. */
  p: z.number().nullable(),
  alpha: z.number().nullable(),
  nodes: z.number().int(),
  controls: z.number().int(),
  message: z.string(),
});

export const lookSchema = z.object({
  wave: z.number().int(),
  /** From 1, in the order in which the wave was looked at. */
  look: z.number().int(),
  at: z.number(),
  verdicts: z.array(verdictSchema),
});

export type Gate = z.infer<typeof gateSchema>;
export type GateMetric = z.infer<typeof gateMetricSchema>;
export type NodeFigures = z.infer<typeof nodeFiguresSchema>;
export type NodeEvidence = z.infer<typeof nodeEvidenceSchema>;
export type LookEvidence = z.infer<typeof lookEvidenceSchema>;
export type Verdict = z.infer<typeof verdictSchema>;
export type Look = z.infer<typeof lookSchema>;
