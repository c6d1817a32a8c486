import type { FunctionDefinition } from '../functions.ts';
import { JSON_FUNCTIONS } from './json.ts';
import { LIST } from './list.ts';
import { MAP } from './map.ts';
import { MATH } from './math.ts';
import { REGEX } from './regular.ts';
import { STR } from './str.ts';
import { TIME } from './time.ts';

/** Functions that authors expect and that are not there, and why. */
export const REFUSED: ReadonlyMap<string, string> = new Map([['math:rand', 'math:rand is not known here: a rule draws no random numbers, so that it gives the same answer whenever it is asked.']]);

/** The functions of the namespaces that authors of SiddhiQL expect, by `namespace:name`. */
export const EXTENSIONS: ReadonlyMap<string, FunctionDefinition> = new Map<string, FunctionDefinition>([...MATH, ...STR, ...REGEX, ...TIME, ...JSON_FUNCTIONS, ...MAP, ...LIST]);
