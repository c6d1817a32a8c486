import type { EventIndex } from '../language/syntax.ts';
import type { Column } from '../operators/row-columns.ts';
import { isNumeric, type Access, type AggregatePlan, type NumericType, type RowVariable, type Typed } from '../plan/types.ts';
import { addLong, divideLong, doubleOf, floatOf, multiplyLong, remainderLong, subtractLong } from './java-number.ts';
import { localsOf } from './locals.ts';
import { listValues } from './value-list.ts';

/** Makes the test whether a table has a row for a condition, which sees the time and these `locals` of the code around it. */
export type TableTest = (table: string, condition: Typed, locals: readonly string[], stored: Stored) => (timestamp: number, ...locals: readonly unknown[]) => boolean;

/** The columns of a table, by the variable of generated code that is a place in them instead of a row. */
export type Stored = ReadonlyMap<string, readonly Column[]>;
const NOTHING_STORED: Stored = new Map();

/**
 * Turns checked expressions into JavaScript. The text produced here is made of fixed pieces, whole numbers and names
 * of our own only: every literal and every function goes in through the constants array, as data.
 */
export class Emitter {
  /** What the generated code sees as `k[0]`, `k[1]` … */
  readonly constants: unknown[] = [];
  private temporaries = 0;
  /** Where aggregators take an event in as the code comes to them, and not before it: how they do. */
  inPlace: { aggregates: readonly AggregatePlan[]; method: 'add' | 'remove' } | undefined;
  /** Code for an attribute of a row that is had faster than by reading it where the row stands; undefined where it is not. */
  shortcut: ((variable: RowVariable, index: number) => string | undefined) | undefined;
  private readonly tableTest: TableTest;
  private readonly stored: Stored;

  constructor(tableTest: TableTest, stored = NOTHING_STORED) {
    this.tableTest = tableTest;
    this.stored = stored;
  }

  constant(value: unknown): string {
    const known = this.constants.indexOf(value);
    return `k${known >= 0 ? known : this.constants.push(value) - 1}`;
  }

  /** `let` for the temporaries used so far, to stand at the top of the function that uses them. */
  takeDeclarations(): string {
    if (this.temporaries === 0) return '';
    const names = Array.from({ length: this.temporaries }, (_, index) => `x${index}`).join(',');
    this.temporaries = 0;
    return `let ${names};`;
  }

  /** Binds `k0`, `k1` … inside a factory that is given the constants as `k`. */
  bindings(): string {
    return this.constants.length === 0 ? '' : `const ${this.constants.map((_, index) => `k${index}=k[${index}]`).join(',')};`;
  }

  /** A JavaScript expression with the value, `null` (or undefined) when there is none. */
  value(expression: Typed): string {
    switch (expression.kind) {
      case 'constant':
        return this.literal(expression.value);
      case 'value':
        return this.access(expression.access);
      case 'events':
        return `${this.constant(listValues)}(s[${expression.slot}],${expression.index},${this.constant(expression.element)})`;
      case 'timestamp':
        return expression.of === undefined ? 't' : this.eventTimestamp(expression.of);
      case 'now':
        return 'clock.now';
      case 'uuid':
        return 'clock.uuid()';
      case 'arithmetic':
        return this.arithmetic(expression);
      case 'compare':
      case 'logic':
      case 'not':
      case 'is-null':
      case 'no-event':
      case 'row-null':
      case 'in':
        return this.truth(expression);
      case 'if':
        if (expression.type === 'bool') return `(${this.truth(expression.condition)}?${this.truth(expression.then)}:${this.truth(expression.otherwise)})`;
        return `(${this.truth(expression.condition)}?${this.value(expression.then)}:${this.value(expression.otherwise)})`;
      case 'call': {
        const call = `${this.constant(expression.run)}(${expression.arguments.map((one) => this.value(one)).join(',')})`;
        return expression.type === 'bool' ? `(${call}===true)` : call;
      }
      case 'aggregate':
        return this.inPlace === undefined ? `a${expression.index}` : this.update(expression.index, this.inPlace);
    }
  }

  /** What a query puts out: the value, `null` when there is none. */
  output(expression: Typed): string {
    const value = this.value(expression);
    return mayBeUndefined(expression) ? `(${value}??null)` : value;
  }

  /** A JavaScript expression that is true or false, never null: null counts as false. */
  truth(expression: Typed): string {
    switch (expression.kind) {
      case 'compare':
        return this.compare(expression);
      case 'logic':
        return `(${this.truth(expression.left)}${expression.operator === 'and' ? '&&' : '||'}${this.truth(expression.right)})`;
      case 'not':
        return `(!${this.truth(expression.operand)})`;
      case 'is-null':
        return `(${this.value(expression.operand)}==null)`;
      case 'no-event':
        return `(${stateEvent(expression.slot, expression.at, expression.many)}==null)`;
      case 'row-null':
        return `(${expression.variable}===null)`;
      case 'in': {
        const seen = localsOf(expression.condition);
        return `${this.constant(this.tableTest(expression.table, expression.condition, seen, this.stored))}(${['t', ...seen].join(',')})`;
      }
      case 'constant':
        return expression.value === true ? 'true' : 'false';
      default:
        return `(${this.value(expression)}===true)`;
    }
  }

  private access(from: Access): string {
    switch (from.from) {
      case 'row': {
        const { variable, index, optional } = from;
        const columns = this.stored.get(variable);
        const value = this.shortcut?.(variable, index) ?? (columns === undefined ? `${variable}[${index}]` : `${this.constant(columns)}[${index}][${variable}]`);
        return optional ? `(${variable}===null?null:${value})` : value;
      }
      case 'output':
        return `o${from.index}`;
      case 'state':
        return `${stateEvent(from.slot, from.at, from.many)}?.r[${from.index}]`;
    }
  }

  private update(index: number, { aggregates, method }: NonNullable<Emitter['inPlace']>): string {
    const argument = aggregates[index]?.argument;
    return `g.a${index}.${method}(${argument === undefined ? '' : this.value(argument)})`;
  }

  private literal(value: unknown): string {
    if (value === null) return 'null';
    if (typeof value === 'boolean') return value ? 'true' : 'false';
    return this.constant(value);
  }

  private eventTimestamp(of: Access): string {
    return of.from === 'state' ? `${stateEvent(of.slot, of.at, of.many)}?.t` : 't';
  }

  private temporary(): string {
    return `x${this.temporaries++}`;
  }

  /** Code of both operands with null tests, each evaluated once; `null` says that no test is needed. */
  private operands(left: Typed, right: Typed): { tests: string[]; left: string; right: string } {
    const tests: string[] = [];
    const operand = (one: Typed): string => {
      const code = this.value(one);
      if (!nullable(one)) return code;
      const name = this.temporary();
      tests.push(`(${name}=${code})`);
      return name;
    };
    return { left: operand(left), right: operand(right), tests };
  }

  private arithmetic(expression: Extract<Typed, { kind: 'arithmetic' }>): string {
    const { operator, type } = expression;
    if (!isNumeric(type)) throw new TypeError(`Arithmetic on ${type} passed the checker.`);
    const { left, right, tests } = this.operands(expression.left, expression.right);
    const guards = tests.map((test) => `${test}==null`);
    const [a, b] = [this.convert(left, expression.left, type), this.convert(right, expression.right, type)];
    let result: string;
    if (operator === '/' || operator === '%') {
      const divisor = this.temporary();
      guards.push(`(${divisor}=${b})===0`);
      result = this.operation(type, operator, a, divisor);
    } else result = this.operation(type, operator, a, b);
    return guards.length === 0 ? result : `(${guards.join('||')}?null:${result})`;
  }

  private operation(type: NumericType, operator: '+' | '-' | '*' | '/' | '%', a: string, b: string): string {
    switch (type) {
      case 'int':
        return operator === '*' ? `Math.imul(${a},${b})` : `((${a}${operator}${b})|0)`;
      case 'long': {
        const run = { '+': addLong, '-': subtractLong, '*': multiplyLong, '/': divideLong, '%': remainderLong }[operator];
        return `${this.constant(run)}(${a},${b})`;
      }
      case 'float':
        return `Math.fround(${a}${operator}${b})`;
      case 'double':
        return `(${a}${operator}${b})`;
    }
  }

  /** An operand's code as a value of the type in which the operation is done. */
  private convert(code: string, operand: Typed, type: NumericType): string {
    const from = operand.type;
    if (type === 'double' && from === 'long') return `${this.constant(doubleOf)}(${code})`;
    if (type === 'float' && (from === 'long' || from === 'int')) return `${this.constant(floatOf)}(${code})`;
    return code;
  }

  private compare(expression: Extract<Typed, { kind: 'compare' }>): string {
    const { operator } = expression;
    const { left, right, tests } = this.operands(expression.left, expression.right);
    const sign = operator === '==' ? '===' : operator === '!=' ? '!==' : operator;
    const [a, b] = this.comparable(expression, left, right);
    // Without a value on either side only '!=' is true, and it is so for two missing values too.
    if (operator === '!=') return `(${[...tests.map((test) => `${test}==null`), `${a}${sign}${b}`].join('||')})`;
    return `(${[...tests.map((test) => `${test}!=null`), `${a}${sign}${b}`].join('&&')})`;
  }

  private comparable(expression: Extract<Typed, { kind: 'compare' }>, left: string, right: string): [string, string] {
    const types = [expression.left.type, expression.right.type];
    // Whether a long and a float are equal is asked in double precision, which of them is greater in single precision, as in Siddhi.
    const exact = types.includes('long') && (expression.operator === '==' || expression.operator === '!=');
    const wider: NumericType | undefined = types.includes('double') || (types.includes('float') && exact) ? 'double' : types.includes('float') ? 'float' : undefined;
    if (wider === undefined) return [left, right];
    // A float beside a double is that double already.
    return [this.convert(left, expression.left, wider), this.convert(right, expression.right, wider)];
  }
}

/** Whether an expression can be without a value. */
function nullable(expression: Typed): boolean {
  switch (expression.kind) {
    case 'constant':
      return expression.value === null;
    case 'timestamp':
      return expression.of !== undefined;
    case 'events':
    case 'now':
    case 'uuid':
    case 'compare':
    case 'logic':
    case 'not':
    case 'is-null':
    case 'no-event':
    case 'row-null':
    case 'in':
      return false;
    case 'arithmetic':
      return expression.operator === '/' || expression.operator === '%' || nullable(expression.left) || nullable(expression.right);
    case 'if':
      return expression.type !== 'bool' && (nullable(expression.then) || nullable(expression.otherwise));
    case 'call':
      return expression.type !== 'bool';
    case 'value':
    case 'aggregate':
      return true;
  }
}

/** Events that a pattern did not take have no row, and what is looked up in one is undefined. */
function mayBeUndefined(expression: Typed): boolean {
  if (expression.kind === 'value') return expression.access.from === 'state';
  if (expression.kind === 'timestamp') return expression.of !== undefined;
  return expression.kind === 'if' && (mayBeUndefined(expression.then) || mayBeUndefined(expression.otherwise));
}

/** The event that a pattern step holds: `{t, r}`, or a list of them for a counted step. */
function stateEvent(slot: number, at: EventIndex | undefined, many: boolean): string {
  if (!many) return at === undefined || at.offset === 0 ? `s[${slot}]` : 'null';
  const { from, offset } = at ?? { from: 'start' as const, offset: 0 };
  return from === 'start' ? `s[${slot}]?.[${offset}]` : `s[${slot}]?.at(${-1 - offset})`;
}
