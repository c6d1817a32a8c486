import type { AttributeType } from '../api.ts';

/** What stands in a text with brackets behind it, for people: completion, hovers and the reference are made of this. */
export interface CallDocumentation {
  name: string;
  role: 'window' | 'aggregator' | 'function' | 'stream-function';
  /** How it is written; `[ ]` around what may be left out. */
  form: string;
  /** What it gives; `same` for the type of its argument. Absent where it gives no value. */
  returns?: AttributeType | 'same' | 'named' | 'wider';
  means: string;
}
