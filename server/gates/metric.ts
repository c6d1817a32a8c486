import type { LookEvidence, NodeEvidence, NodeFigures } from './schema.ts';

export interface Metric {
  /** In a sentence: “detections an hour”. */
  words: string;
  unit: string;
  /** What `minSamples` counts. */
  sample: { noun: string; of: (figures: NodeFigures) => number };
  /** What one look has of it. */
  read: (evidence: LookEvidence, besideControl: boolean) => Reading;
}

/** One metric of the nodes of one look. */
export interface Reading {
  /** What the figures are of, in a sentence. */
  subject: string;
  /** How much a node changed, by the logarithm; null when it is not known. */
  change: (node: NodeEvidence) => number | null;
  /** By what a node is matched with others before anything changed, by the logarithm. */
  levelBefore: (node: NodeEvidence) => number;
  /** Of all nodes of the wave together, in the metric's unit; null when nothing was measured. */
  together: number | null;
  /** Of a comparison it is said as well where “times control” alone says nothing: a shift is one already. */
  saysTogether: boolean;
  /** What could not be compared, as a sentence; empty when nothing was left out. */
  leftOut: string;
}
