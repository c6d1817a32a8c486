import type { FunctionDefinition } from '../functions.ts';

/** The functions of the namespaces that authors of SiddhiQL expect, by `namespace:name`. */
export const EXTENSIONS: ReadonlyMap<string, FunctionDefinition> = new Map<string, FunctionDefinition>([]);
