/** What a regular expression is after parsing. */
export type Node =
  /** One character by its code point. */
  | { kind: 'set'; has: (point: number) => boolean }
  | { kind: 'sequence'; parts: Node[] }
  | { kind: 'choice'; options: Node[] }
  | { kind: 'repeat'; part: Node; min: number; max: number; greedy: boolean }
  | { kind: 'group'; part: Node; index: number }
  | { kind: 'place'; at: Place };

/** Where a match may stand, without taking a character. */
export type Place = 'start' | 'line-start' | 'end' | 'line-end' | 'very-end' | 'word-edge' | 'no-word-edge';

/** No upper end of a repetition. */
export const UNLIMITED = Number.POSITIVE_INFINITY;

/** Why a text is no regular expression that can be run. */
export class RegexFailure extends Error {}
