import { parseAsFloat, parseAsStringLiteral } from 'nuqs';
import type { RolloutPolicy } from '../../../../server/deployments/schema.ts';

type Gate = RolloutPolicy['gates'][number];

/** Each field is one gate; 0 is none. */
export const gatesByField = {
  detectionsMost: { word: 'detections', label: 'Detections at most, ×', metric: 'detectionsPerHour', compare: 'atMostTimesControl' },
  detectionsLeast: { word: 'detections', label: 'Detections at least, ×', metric: 'detectionsPerHour', compare: 'atLeastTimesControl' },
  latencyMost: { word: 'latency', label: 'Latency at most, ×', metric: 'latencyP95Ms', compare: 'atMostTimesControl' },
  errorsMost: { word: 'errors', label: 'Errors at most, %', metric: 'errorsPercent', compare: 'atMost' },
  predictionsMost: { word: 'prediction shift', label: 'Prediction shift at most, ×', metric: 'predictionShift', compare: 'atMostTimesControl' },
  featuresMost: { word: 'feature shift', label: 'Feature shift at most, ×', metric: 'featureShift', compare: 'atMostTimesControl' },
} as const satisfies Record<string, Pick<Gate, 'metric' | 'compare'> & { label: string; word: string }>;
export type GateField = keyof typeof gatesByField;
export const gateFields: GateField[] = ['detectionsMost', 'detectionsLeast', 'latencyMost', 'errorsMost', 'predictionsMost', 'featuresMost'];

export const gateParsers = {
  detectionsMost: parseAsFloat.withDefault(0),
  detectionsLeast: parseAsFloat.withDefault(0),
  latencyMost: parseAsFloat.withDefault(0),
  errorsMost: parseAsFloat.withDefault(0),
  predictionsMost: parseAsFloat.withDefault(0),
  featuresMost: parseAsFloat.withDefault(0),
  undecided: parseAsStringLiteral(['pause', 'pass'] as const).withDefault('pause'),
};

export type GateValues = Record<GateField, number> & { undecided: 'pause' | 'pass' };

/** Bounds beside control are from 0.01 to 100 times, as the server takes them. */
export function toGates(values: GateValues): Gate[] {
  return gateFields.flatMap((field) => {
    const { metric, compare } = gatesByField[field];
    const bound = Math.min(100, values[field]);
    return bound > 0 ? [{ metric, compare, bound: Math.max(0.01, bound), minSamples: 100 }] : [];
  });
}

/** The gates in a few words: "latency ≤ 1.5 ×, errors ≤ 5 %". */
export function gatesInWords(values: GateValues): string {
  const set = gateFields.filter((field) => values[field] > 0);
  if (set.length === 0) return 'none';
  return set.map((field) => `${gatesByField[field].word} ${gatesByField[field].compare === 'atLeastTimesControl' ? '≥' : '≤'} ${values[field]} ${gatesByField[field].compare === 'atMost' ? '%' : '×'}`).join(', ');
}
