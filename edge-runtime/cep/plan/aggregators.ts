import type { AttributeType } from '../api.ts';
import { isNumeric } from './types.ts';

/** What an aggregator takes and gives. */
export interface AggregatorDefinition {
  form: string;
  /** The result's type, or what is wrong with the argument. `undefined` stands for no argument. */
  type(argument: AttributeType | undefined): AttributeType | { wrong: string };
}

function numeric(name: string, result: (type: AttributeType) => AttributeType): AggregatorDefinition {
  return {
    form: `${name}(number)`,
    type: (argument) => {
      if (argument === undefined) return { wrong: 'takes one argument' };
      return isNumeric(argument) ? result(argument) : { wrong: `takes a number, found ${argument}` };
    },
  };
}

function boolean(name: string): AggregatorDefinition {
  return {
    form: `${name}(bool)`,
    type: (argument) => (argument === 'bool' ? 'bool' : { wrong: `takes a bool, found ${argument ?? 'nothing'}` }),
  };
}

function distinct(argument: AttributeType | undefined): AttributeType | { wrong: string } {
  if (argument === undefined) return { wrong: 'takes one argument' };
  return argument === 'string' || isNumeric(argument) ? 'long' : { wrong: `takes a number or a string, found ${argument}` };
}

/** SiddhiQL's twelve aggregators and `unionSet`. */
export const AGGREGATORS: ReadonlyMap<string, AggregatorDefinition> = new Map<string, AggregatorDefinition>([
  ['sum', numeric('sum', (type) => (type === 'int' || type === 'long' ? 'long' : 'double'))],
  ['avg', numeric('avg', () => 'double')],
  ['count', { form: 'count() or count(value)', type: () => 'long' }],
  ['min', numeric('min', (type) => type)],
  ['max', numeric('max', (type) => type)],
  ['minForever', numeric('minForever', (type) => type)],
  ['maxForever', numeric('maxForever', (type) => type)],
  ['stdDev', numeric('stdDev', () => 'double')],
  ['distinctCount', { form: 'distinctCount(number or string)', type: distinct }],
  ['and', boolean('and')],
  ['or', boolean('or')],
  ['unionSet', { form: 'unionSet(set)', type: (argument) => (argument === 'object' ? 'object' : { wrong: `takes a set, found ${argument ?? 'nothing'}` }) }],
]);
