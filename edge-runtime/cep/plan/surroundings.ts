import type { Environment } from '../api.ts';
import type { Diagnostics } from '../language/diagnostics.ts';
import type { ExpressionObserver, Surroundings } from './check-expression.ts';
import { EXTENSIONS } from './extensions/index.ts';
import type { FunctionDefinition } from './functions.ts';
import type { TablePlan } from './plan.ts';

/** What the expressions of one text may refer to. */
export interface SurroundingParts {
  diagnostics: Diagnostics;
  tables(): ReadonlyMap<string, TablePlan>;
  /** Hears of each table that a condition looks into. */
  tested?: (name: string) => void;
  /** What the text defines with `define function`. */
  functions(): ReadonlyMap<string, FunctionDefinition>;
  environment: Environment;
  observe?: ExpressionObserver | undefined;
}

export function makeSurroundings(parts: SurroundingParts): Surroundings {
  return {
    diagnostics: parts.diagnostics,
    table: (name) => {
      const table = parts.tables().get(name);
      if (table !== undefined) parts.tested?.(name);
      return table;
    },
    tableNames: () => [...parts.tables().keys()],
    extension: (namespace, name) => (namespace === '' ? parts.functions().get(name) : EXTENSIONS.get(`${namespace}:${name}`)),
    extensionNames: () => [...parts.functions().keys(), ...EXTENSIONS.keys()],
    observe: parts.observe,
  };
}
