import type { Generated } from './generated.ts';
import type { Case } from '../answer-case.ts';
import { Choices } from './choices.ts';
import { CASE_START } from './events.ts';
import { chainCase, expressionCase, windowCase } from './query-families.ts';
import { partitionCase } from './partition-families.ts';
import { absentPatternCase, absentSequenceCase, partitionedStateCase, patternCase, sequenceCase } from './state-families.ts';
import { aggregationCase, onDemandCase } from './store-families.ts';
import { joinCase, tableCase } from './table-families.ts';
import { mistakeCase } from './mistake-family.ts';
import { missingCase, tableFlowCase } from './flow-families.ts';
import { absentGroupCase, nestedPatternCase } from './nested-pattern-family.ts';
import { selectionCase } from './selection-family.ts';
import { typedTableCase } from './typed-table-family.ts';
import { wideJoinCase } from './wide-join-family.ts';
import { furtherWindowCase, namedWindowCase, rateCase } from './window-families.ts';

/** Each makes one case from its choices; together they go through the language. */
export const FAMILIES: Readonly<Record<string, (choices: Choices) => Generated>> = {
  expressions: expressionCase,
  windows: windowCase,
  chains: chainCase,
  joins: joinCase,
  tables: tableCase,
  patterns: patternCase,
  'absent-patterns': absentPatternCase,
  sequences: sequenceCase,
  'absent-sequences': absentSequenceCase,
  'on-demand': onDemandCase,
  aggregations: aggregationCase,
  partitions: partitionCase,
  'named-windows': namedWindowCase,
  'further-windows': furtherWindowCase,
  'output-rates': rateCase,
  'partitioned-patterns': partitionedStateCase,
  'table-flows': tableFlowCase,
  'missing-values': missingCase,
  selections: selectionCase,
  'wide-joins': wideJoinCase,
  'typed-tables': typedTableCase,
  'absent-groups': absentGroupCase,
  'nested-patterns': nestedPatternCase,
  mistakes: mistakeCase,
};

/** A case and the choices that made it. */
export interface Made {
  family: string;
  choices: readonly number[];
  case: Case;
}

export function makeCase(family: string, source: ConstructorParameters<typeof Choices>[0], id: string): Made {
  const generate = FAMILIES[family];
  if (generate === undefined) throw new RangeError(`There is no family '${family}'; there are ${Object.keys(FAMILIES).join(', ')}.`);
  const choices = new Choices(source);
  const { app, steps } = generate(choices);
  return { family, choices: choices.taken, case: { id, start: CASE_START, app, steps } };
}
