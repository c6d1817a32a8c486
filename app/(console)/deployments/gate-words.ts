import type { WaveView } from '../../../server/deployments/schema.ts';
import { significant, steady } from '../../_format/number.ts';

type Gate = WaveView['looks'][number]['verdicts'][number]['gate'];

const metrics: Record<Gate['metric'], { words: string; unit: string }> = {
  detectionsPerHour: { words: 'Detections an hour', unit: '' },
  errorsPercent: { words: 'Errors', unit: ' %' },
  latencyP95Ms: { words: 'Latency, p95', unit: ' ms' },
  eventsPerHour: { words: 'Events an hour', unit: '' },
  predictionShift: { words: 'Shift of predictions', unit: '' },
  featureShift: { words: 'Shift of features', unit: '' },
};

export const gateName = ({ metric }: Pick<Gate, 'metric'>): string => metrics[metric].words;

/** A value of a gate in its unit: beside control how many times as much. */
export function gateValue(gate: Pick<Gate, 'metric' | 'compare'>, value: number | null): string {
  // As near to 1 as most are, every digit counts.
  return value === null ? '–' : inUnit(gate, besideControl(gate) && value >= 0.01 ? steady(value) : significant(value));
}

const besideControl = ({ compare }: Pick<Gate, 'compare'>): boolean => compare === 'atMostTimesControl' || compare === 'atLeastTimesControl';

const inUnit = (gate: Pick<Gate, 'metric' | 'compare'>, figure: string): string => `${figure}${besideControl(gate) ? ' ×' : metrics[gate.metric].unit}`;

/** "at most 2 ×" */
export function gateBound(gate: Pick<Gate, 'metric' | 'compare' | 'bound'>): string {
  return `${gate.compare === 'atLeastTimesControl' || gate.compare === 'atLeast' ? 'at least' : 'at most'} ${inUnit(gate, significant(gate.bound))}`;
}
