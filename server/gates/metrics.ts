import type { Metric } from './metric.ts';
import { middleOf } from './rank-test.ts';
import type { GateMetric, NodeFigures } from './schema.ts';
import { readShifts } from './shift-metrics.ts';

interface Levelled {
  words: string;
  unit: string;
  /** A node's level in one window, above zero, so that its logarithm can be taken: counts of nothing stand as a half. Null when nothing was measured. */
  level: (figures: NodeFigures) => number | null;
  /** The level of all nodes together, in the metric's unit. */
  together: (nodes: readonly NodeFigures[]) => number | null;
}

const hoursMin = 1e-6;
const events = { noun: 'event', of: (figures: NodeFigures): number => figures.events };
const predictions = { noun: 'prediction', of: (figures: NodeFigures): number => figures.predictions ?? 0 };

/** A metric of which a node has a level before and one since, and changes from one to the other. */
function levelled({ words, unit, level, together }: Levelled): Metric {
  const levelOf = (figures: NodeFigures | null): number | null => (figures === null ? null : level(figures));
  return {
    words,
    unit,
    sample: events,
    read: ({ wave }) => ({
      subject: words,
      change: ({ before, after }) => {
        const [then, now] = [levelOf(before), levelOf(after)];
        return then === null || now === null ? null : Math.log(now / then);
      },
      levelBefore: ({ before }) => Math.log(levelOf(before) ?? 1),
      together: together(wave.flatMap(({ after }) => after ?? [])),
      saysTogether: false,
      leftOut: '',
    }),
  };
}

function perHour(count: (figures: NodeFigures) => number): Pick<Levelled, 'level' | 'together'> {
  return {
    level: (figures) => (figures.hours < hoursMin ? null : (count(figures) + 0.5) / figures.hours),
    together: (nodes) => ratio(sum(nodes, count), sum(nodes, (figures) => figures.hours)),
  };
}

export const metrics: Record<GateMetric, Metric> = {
  detectionsPerHour: levelled({ words: 'detections an hour', unit: '', ...perHour((figures) => figures.detections) }),
  eventsPerHour: levelled({ words: 'events an hour', unit: '', ...perHour((figures) => figures.events) }),
  errorsPercent: levelled({
    words: 'errors',
    unit: ' %',
    level: ({ errors, events: all }) => (errors + 0.5) / (all + 1),
    together: (nodes) => {
      const share = ratio(sum(nodes, (figures) => figures.errors), sum(nodes, (figures) => figures.events));
      return share === null ? null : share * 100;
    },
  }),
  latencyP95Ms: levelled({
    words: 'latency (95th percentile)',
    unit: ' ms',
    level: ({ latencyP95Ms }) => (latencyP95Ms === null ? null : Math.max(latencyP95Ms, 1e-3)),
    // Of the node in the middle: what is kept of a node is its percentile, and percentiles do not add up.
    together: (nodes) => {
      const known = nodes.flatMap((figures) => figures.latencyP95Ms ?? []).sort((a, b) => a - b);
      return known.length === 0 ? null : middleOf(known);
    },
  }),
  predictionShift: { words: 'prediction shift', unit: '', sample: predictions, read: readShifts('output', 'prediction shift') },
  featureShift: { words: 'feature shift', unit: '', sample: predictions, read: readShifts('input', 'feature shift') },
};

function sum(nodes: readonly NodeFigures[], of: (figures: NodeFigures) => number): number {
  return nodes.reduce((total, figures) => total + of(figures), 0);
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
