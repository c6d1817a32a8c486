import type { Attribute } from '../api.ts';
import type { Typed } from './types.ts';

/** A function over a stream: for each event it adds attributes, or only looks. */
export interface StreamFunction {
  form: string;
  build(values: readonly Typed[]): { added: readonly Attribute[]; setting?: undefined } | { wrong: string };
  /** The added values, from the values of the arguments. */
  run(values: readonly unknown[]): readonly unknown[];
  /** The added values of each event that one becomes, where it may become several or none. */
  spread?(values: readonly unknown[]): readonly (readonly unknown[])[];
}
