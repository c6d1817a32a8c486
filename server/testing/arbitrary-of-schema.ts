import fc from 'fast-check';
import type { z } from 'zod';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** What inputs are made of: texts that mean something where they are used, beside any that the schema allows. */
export interface Vocabulary {
  known: readonly string[];
}

const depthMax = 5;

/** Inputs that a JSON Schema allows, as far as it says; what a refinement beyond it refuses is among them. */
export function arbitraryOf(schema: JsonSchema, vocabulary: Vocabulary, root: JsonSchema = schema, depth = 0): fc.Arbitrary<unknown> {
  const of = (part: JsonSchema | boolean): fc.Arbitrary<unknown> => (typeof part === 'boolean' ? fc.jsonValue({ maxDepth: 1 }) : arbitraryOf(part, vocabulary, root, depth + 1));
  if (depth > depthMax) return fc.constant(null);
  if (schema.$ref !== undefined) return of(definitionOf(root, schema.$ref));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(of));
  if (schema.allOf !== undefined) return fc.tuple(...schema.allOf.map(of)).map((parts) => Object.assign({}, ...parts));
  switch (schema.type) {
    case 'object':
      return objectOf(schema, of, vocabulary);
    case 'array':
      return Array.isArray(schema.items) ? fc.tuple(...schema.items.map(of)) : fc.array(of(schema.items ?? true), { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 3, (schema.minItems ?? 0) + 3) });
    case 'integer':
      return fc.oneof(fc.integer({ min: Math.max(schema.minimum ?? -2, Number.MIN_SAFE_INTEGER), max: Math.min(schema.maximum ?? 2 ** 40, Number.MAX_SAFE_INTEGER) }), fc.constantFrom(...boundsOf(schema)));
    case 'number':
      return fc.oneof(fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true }), fc.constantFrom(...boundsOf(schema)));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return textOf(schema, vocabulary);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objectOf({ properties = {}, required = [], additionalProperties, propertyNames }: JsonSchema, of: (part: JsonSchema | boolean) => fc.Arbitrary<unknown>, vocabulary: Vocabulary): fc.Arbitrary<unknown> {
  const named = fc.record(Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, of(part)])), { requiredKeys: required.filter((name) => name in properties) });
  if (typeof additionalProperties !== 'object') return named;
  const key = typeof propertyNames === 'object' && propertyNames.type === 'string' ? textOf(propertyNames, vocabulary) : fc.string({ minLength: 1, maxLength: 12 });
  return fc.tuple(named, fc.dictionary(key, of(additionalProperties), { maxKeys: 3 })).map(([fixed, further]) => ({ ...further, ...fixed }));
}

function textOf({ minLength = 0, maxLength = 200, pattern, format }: JsonSchema, { known }: Vocabulary): fc.Arbitrary<string> {
  const fitting = known.filter((text) => text.length >= minLength && text.length <= maxLength && (pattern === undefined || new RegExp(pattern, 'u').test(text)));
  const free = fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 40), unit: 'grapheme' });
  // fast-check makes no text for a pattern that looks ahead.
  const any = pattern !== undefined && !pattern.includes('(?') ? fc.stringMatching(new RegExp(pattern, 'u')) : format === 'email' ? fc.emailAddress() : free;
  return fitting.length === 0 ? any : fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...fitting) }, { weight: 1, arbitrary: any });
}

function boundsOf({ minimum, maximum }: JsonSchema): number[] {
  return [minimum, maximum, 0, 1].flatMap((bound) => (bound === undefined ? [] : [bound]));
}

function definitionOf(root: JsonSchema, reference: string): JsonSchema | boolean {
  return root.$defs?.[reference.replace('#/$defs/', '')] ?? true;
}
