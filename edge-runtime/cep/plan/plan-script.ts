import type { AttributeType, Environment } from '../api.ts';
import type { Diagnostics } from '../language/diagnostics.ts';
import type { FunctionDefinition as FunctionSyntax } from '../language/syntax.ts';
import { doubleToInt, doubleToLong } from '../runtime/java-number.ts';
import { FUNCTIONS, type FunctionDefinition } from './functions.ts';

/** Checks `define function` and prepares what it says; undefined when something was reported. */
export function planScript(definition: FunctionSyntax, environment: Environment, diagnostics: Diagnostics): FunctionDefinition | undefined {
  const { name, language, returns, body } = definition;
  if (FUNCTIONS.has(name.text)) {
    diagnostics.error('name.duplicate-definition', name, `'${name.text}' is a function of the language already.`, 'Give it another name.');
    return undefined;
  }
  if (language.toLowerCase() !== 'javascript') {
    diagnostics.error('script.language', definition, `Functions are written in javascript, found '${language}'.`);
    return undefined;
  }
  const scripts = environment.javascript;
  if (scripts === undefined) {
    diagnostics.error('script.not-allowed', definition, 'Functions in JavaScript are not allowed here.', 'An administrator of the organization can allow them in its settings.');
    return undefined;
  }
  const prepared = scripts.prepare(name.text, body);
  if ('wrong' in prepared) {
    diagnostics.error('script.syntax', definition, `The function '${name.text}' cannot be read: ${prepared.wrong}.`);
    return undefined;
  }
  return {
    form: `${name.text}(value, …)`,
    source: body,
    build: (values) => ({ kind: 'call', type: returns, arguments: [...values], run: (...data) => fitting(prepared.run(data), returns, name.text) }),
  };
}

/** What a function gave, as its type; throws when it is of another kind. */
function fitting(value: unknown, type: AttributeType, name: string): unknown {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'int':
      if (typeof value === 'number') return doubleToInt(value);
      break;
    case 'long':
      if (typeof value === 'number') return doubleToLong(value);
      if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value && !Number.isSafeInteger(Number(value)) ? value : Number(value);
      break;
    case 'float':
      if (typeof value === 'number') return Math.fround(value);
      break;
    case 'double':
      if (typeof value === 'number') return value;
      break;
    case 'bool':
      if (typeof value === 'boolean') return value;
      break;
    case 'string':
      if (typeof value === 'string') return value;
      break;
    case 'object':
      return value;
  }
  throw new TypeError(`The function '${name}' returns ${type}, found a ${typeof value}.`);
}
