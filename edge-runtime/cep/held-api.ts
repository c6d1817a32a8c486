import type { Row } from './api.ts';

/* What an engine holds at a moment, for looking at it. */

/** What one query made a row of. */
export interface Cause {
  query: string;
  /** By input: a stream or table by its name, a step of a pattern by the name of its event. */
  inputs: readonly {
    name: string;
    stream: string;
    /** Oldest first; of many, the first and the last. */
    events: readonly { timestamp: number; row: Row }[];
    total: number;
  }[];
}

/** An event that something holds. */
export interface HeldEvent {
  timestamp: number;
  row: Row;
}

/** A match of a pattern that has begun and is not complete. */
export interface HeldMatch {
  /** The names of the steps whose event it waits for; of a step without a name, its stream. */
  waitsFor: readonly string[];
  /** What it has taken, step by step in the order of the text; of a counted step the latest events. */
  steps: readonly { name: string; stream: string; total: number; events: readonly HeldEvent[] }[];
}

/** What one window or pattern of a query holds at a moment: how much, and the latest of it, oldest first. */
export type Holding =
  | { kind: 'window'; stream: string; total: number; events: readonly HeldEvent[] }
  | { kind: 'pattern'; stream: string; total: number; matches: readonly HeldMatch[] };

/** In a partition: for which key it is told what a query holds, and which of the keys are named. Keys are given and named as text. */
export interface HoldsOptions {
  /** The key whose event came last when nothing is said. */
  key?: string;
  /** Keys that contain this are named, whether in small or capital letters; all when nothing is said. */
  like?: string;
  /** How many keys are named at most, those whose event came last first; none when nothing is said. */
  keysMax?: number;
}

/** What a query holds, in a partition for one key. */
export interface QueryHoldings {
  partition?: {
    /** Undefined when there is no key yet, or not the one that was asked for. */
    key: string | undefined;
    /** How many there are. */
    keys: number;
    named: readonly string[];
    /** More keys would have been named. */
    more: boolean;
  };
  holdings: readonly Holding[];
}

/** Something whose size is limited, and how often the limit has bitten. */
export interface Bound {
  /** For people: "keys of partition1". */
  what: string;
  held: number;
  max: number;
  /** How many were given up since there was no room: of keys, those without an event for longest. */
  dropped: number;
}
