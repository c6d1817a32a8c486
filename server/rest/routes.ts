import { z } from 'zod';
import type { Breadth } from '../identity/index.ts';
import type { RestMeta } from '../trpc/init.ts';
import { appRouter } from '../trpc/root.ts';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** One procedure as a route of the public API. */
export interface RestRoute extends RestMeta {
  /** The procedure, `noun.verb`. */
  procedure: string;
  /** A capability (the scope that a token needs), `signedIn` or `public`. */
  access: string;
  /** `organization`: not for a token that is limited to fleets, whatever its scopes. */
  breadth: Breadth;
  /** What the procedure takes, as JSON Schema; null when it takes nothing. */
  input: JsonSchema | null;
  output: JsonSchema;
}

const metaSchema = z.object({
  access: z.string(),
  breadth: z.enum(['fleet', 'organization']).default('fleet'),
  rest: z.object({ method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']), path: z.templateLiteral(['/', z.string()]), tag: z.string(), summary: z.string() }).optional(),
});

const definitionSchema = z.object({
  type: z.enum(['query', 'mutation', 'subscription']),
  meta: z.unknown(),
  inputs: z.array(z.instanceof(z.ZodType)),
  output: z.instanceof(z.ZodType).optional(),
});

export interface ProcedureDefinition {
  name: string;
  type: 'query' | 'mutation' | 'subscription';
  /** Null when the procedure was built without one of the builders of trpc/procedures.ts. */
  access: string | null;
  /** `organization`: not for who is limited to fleets, whatever the capability. */
  breadth: Breadth;
  rest: RestMeta | undefined;
  inputs: readonly z.ZodType[];
  output: z.ZodType | undefined;
}

/** Every procedure of the router with what its builders stated. */
export function listProcedures(): ProcedureDefinition[] {
  return Object.entries(appRouter._def.procedures).flatMap(([name, value]) => walk(name, value));
}

function walk(name: string, value: unknown): ProcedureDefinition[] {
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([key, member]) => walk(`${name}.${key}`, member));
  if (typeof value !== 'function' || !('_def' in value)) throw new Error(`${name} is no procedure`);
  const { type, meta, inputs, output } = definitionSchema.parse(value._def);
  const stated = metaSchema.safeParse(meta);
  return [{ name, type, access: stated.data?.access ?? null, breadth: stated.data?.breadth ?? 'fleet', rest: stated.data?.rest, inputs, output }];
}

/** The routes of the public API: every procedure that states one. Throws when two state the same, or one cannot be served. */
export function listRestRoutes(): RestRoute[] {
  const taken = new Map<string, string>();
  return listProcedures().flatMap(({ name, access, breadth, rest, inputs, output }) => {
    if (rest === undefined) return [];
    if (access === null || output === undefined || inputs.length > 1) throw new Error(`${name} needs an access, an output and at most one input to be a route`);
    const address = `${rest.method} ${rest.path.replaceAll(/\{[^}]+\}/g, '{}')}`;
    const other = taken.get(address);
    if (other !== undefined) throw new Error(`${name} and ${other} both answer ${address}`);
    taken.set(address, name);
    const [input] = inputs;
    return [{ ...rest, procedure: name, access, breadth, input: input === undefined ? null : toJsonSchema(input, 'input'), output: toJsonSchema(output, 'output') }];
  });
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
