import { middleOf } from './rank-test.ts';
import type { GateMetric, NodeEvidence, NodeFigures } from './schema.ts';

interface Metric {
  /** In a sentence: “detections an hour”. */
  words: string;
  unit: string;
  /** A node's level in one window, above zero, so that its logarithm can be taken: counts of nothing stand as a half. Null when nothing was measured. */
  level: (figures: NodeFigures) => number | null;
  /** The level of all nodes together, in the metric's unit. */
  together: (nodes: readonly NodeFigures[]) => number | null;
}

const hoursMin = 1e-6;

function perHour(count: (figures: NodeFigures) => number): Pick<Metric, 'level' | 'together'> {
  return {
    level: (figures) => (figures.hours < hoursMin ? null : (count(figures) + 0.5) / figures.hours),
    together: (nodes) => ratio(sum(nodes, count), sum(nodes, (figures) => figures.hours)),
  };
}

export const metrics: Record<GateMetric, Metric> = {
  detectionsPerHour: { words: 'detections an hour', unit: '', ...perHour((figures) => figures.detections) },
  eventsPerHour: { words: 'events an hour', unit: '', ...perHour((figures) => figures.events) },
  errorsPercent: {
    words: 'errors',
    unit: ' %',
    level: ({ errors, events }) => (errors + 0.5) / (events + 1),
    together: (nodes) => {
      const share = ratio(sum(nodes, (figures) => figures.errors), sum(nodes, (figures) => figures.events));
      return share === null ? null : share * 100;
    },
  },
  latencyP95Ms: {
    words: 'latency (95th percentile)',
    unit: ' ms',
    level: ({ latencyP95Ms }) => (latencyP95Ms === null ? null : Math.max(latencyP95Ms, 1e-3)),
    // Of the node in the middle: what is kept of a node is its percentile, and percentiles do not add up.
    together: (nodes) => {
      const known = nodes.flatMap((figures) => figures.latencyP95Ms ?? []).sort((a, b) => a - b);
      return known.length === 0 ? null : middleOf(known);
    },
  },
};

/** How much a node changed, as the logarithm of after over before; null when one of the two is not known. */
export function changeOf(metric: Metric, { before, after }: NodeEvidence): number | null {
  const [then, now] = [before === null ? null : metric.level(before), after === null ? null : metric.level(after)];
  return then === null || now === null ? null : Math.log(now / then);
}

function sum(nodes: readonly NodeFigures[], of: (figures: NodeFigures) => number): number {
  return nodes.reduce((total, figures) => total + of(figures), 0);
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
