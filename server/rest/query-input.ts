import type { z } from 'zod';
import { DomainError } from '../kernel/errors.ts';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/**
 * Query parameters as the input that a schema describes: numbers and booleans from their text, lists from a repeated parameter or
 * from commas, objects from `name[member]`. Whether the values are right is for the schema to say; only parameters that it does
 * not know are refused here, since a filter that is ignored gives a wrong answer.
 */
export function inputOfQuery(schema: JsonSchema | null, query: URLSearchParams): Record<string, unknown> {
  const properties = propertiesOf(schema);
  const input: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    const [, parent, member] = /^([^[\]]+)\[([^[\]]+)\]$/.exec(name) ?? [];
    const property = properties[parent ?? name];
    if (property === undefined || isUnsafe(parent ?? name) || isUnsafe(member ?? '')) throw unknownParameter(name, Object.keys(properties));
    const values = query.getAll(name);
    if (parent === undefined || member === undefined) input[name] = coerceAll(property, values);
    else {
      const known = propertiesOf(property)[member];
      if (known === undefined) throw unknownParameter(name, Object.keys(properties));
      const object: unknown = input[parent];
      input[parent] = { ...(typeof object === 'object' && object !== null ? object : {}), [member]: coerceAll(known, values) };
    }
  }
  return input;
}

function isUnsafe(name: string): boolean {
  return name === '__proto__' || name === 'constructor' || name === 'prototype';
}

function unknownParameter(name: string, known: readonly string[]): DomainError {
  return new DomainError('InvalidInput', `There is no query parameter “${name}”. Known here: ${known.join(', ') || 'none'}.`, { details: { issues: [{ path: [name], message: 'unknown query parameter' }] } });
}

/** The members of an object schema, through unions. */
export function propertiesOf(schema: JsonSchema | null | undefined): Record<string, JsonSchema> {
  if (schema === null || schema === undefined) return {};
  const variants = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const properties: Record<string, JsonSchema> = {};
  for (const variant of variants) {
    if (typeof variant !== 'object') continue;
    for (const [name, property] of Object.entries(variant.properties ?? {})) if (typeof property === 'object') properties[name] ??= property;
  }
  return properties;
}

function coerceAll(schema: JsonSchema, values: readonly string[]): unknown {
  const list = variantOf(schema, 'array');
  if (list === undefined) return values.length === 1 ? coerce(schema, values[0] ?? '') : values;
  const item = typeof list.items === 'object' && !Array.isArray(list.items) ? list.items : {};
  return values.flatMap((value) => value.split(',')).map((value) => coerce(item, value));
}

function coerce(schema: JsonSchema, value: string): unknown {
  if ((variantOf(schema, 'number') ?? variantOf(schema, 'integer')) !== undefined && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return Number(value);
  if (variantOf(schema, 'boolean') !== undefined && (value === 'true' || value === 'false')) return value === 'true';
  if (variantOf(schema, 'null') !== undefined && value === 'null') return null;
  return value;
}

function variantOf(schema: JsonSchema, type: string): JsonSchema | undefined {
  if (schema.type === type) return schema;
  return [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].find((variant) => typeof variant === 'object' && variant.type === type);
}
