import type { Attribute } from '../api.ts';
import { isNumeric, type Typed } from './types.ts';

/** A function over a stream: for each event it adds attributes, or only looks. */
export interface StreamFunction {
  form: string;
  build(values: readonly Typed[]): { added: readonly Attribute[] } | { wrong: string };
  /** The added values, from the values of the arguments. */
  run(values: readonly unknown[]): readonly unknown[];
}

export const STREAM_FUNCTIONS: ReadonlyMap<string, StreamFunction> = new Map<string, StreamFunction>([
  [
    'pol2Cart',
    {
      form: '#pol2Cart(theta, rho[, z])',
      build: (values) => {
        if (values.length !== 2 && values.length !== 3) return { wrong: `takes two or three numbers, found ${values.length}` };
        const other = values.find((one) => one.type !== 'double');
        if (other !== undefined) return { wrong: `takes doubles, found ${other.type}` };
        const names = ['x', 'y', 'z'].slice(0, values.length);
        return { added: names.map((name) => ({ name, type: 'double' as const })) };
      },
      run: ([theta, rho, ...rest]) => {
        const missing = theta === null || theta === undefined || rho === null || rho === undefined;
        // The angle is in degrees, as Siddhi has it.
        const angle = (Number(theta) / 180) * Math.PI;
        return [missing ? null : Number(rho) * Math.cos(angle), missing ? null : Number(rho) * Math.sin(angle), ...rest];
      },
    },
  ],
  [
    'log',
    {
      form: "#log(['priority',] ['message',] [whole event])",
      build: (values) => {
        const wrong = values.find((one) => one.type !== 'string' && one.type !== 'bool' && !isNumeric(one.type));
        return wrong === undefined && values.length <= 3 ? { added: [] } : { wrong: `takes at most a priority, a message and a bool` };
      },
      // A pure engine has no log; the events go on unchanged.
      run: () => [],
    },
  ],
]);
