import type { z } from 'zod';
import { GatewayError, type GatewayErrorCode } from './errors.ts';

export interface GatewayRequest<Parameters, Query> {
  readonly parameters: Parameters;
  readonly query: Query;
  readonly contentType: string;
  readonly body: Buffer;
}

export interface GatewayResponse {
  readonly status: number;
  /** JSON, unless it is a text. */
  readonly body: unknown;
  readonly contentType?: string;
}

/** One entry of the gateway's table: it routes, checks and documents the same thing. */
export interface Operation<Parameters = unknown, Query = unknown> {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `{name}` takes one segment, URL-decoded; `{name*}` takes the rest of the path. */
  readonly path: string;
  readonly summary: string;
  /** Whether the node's token is asked for. */
  readonly open: boolean;
  readonly parameters: z.ZodType<Parameters>;
  readonly query: z.ZodType<Query>;
  /** Largest body in bytes; 0 takes none. */
  readonly bodyBytesMax: number;
  readonly requestBody?: { readonly contentType: string; readonly schema: z.ZodType };
  readonly responses: Readonly<Record<number, { readonly description: string; readonly schema?: z.ZodType; readonly contentType?: string }>>;
  readonly errors: readonly GatewayErrorCode[];
  readonly handle: (request: GatewayRequest<Parameters, Query>) => Promise<GatewayResponse>;
}

/** Lets the types of an operation's parameters and query be inferred from its schemas, then forgets them: the table is of one type. */
export function operation<Parameters, Query>(definition: Operation<Parameters, Query>): Operation {
  return {
    ...definition,
    handle: (request) => definition.handle({ ...request, parameters: parseInput(definition.parameters, request.parameters), query: parseInput(definition.query, request.query) }),
  };
}

/** What a caller sent, checked; every fault of it is named in the answer. */
export function parseInput<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new GatewayError('InvalidInput', `The request is not what the operation takes: ${issues.map(({ path, message }) => `${path} ${message}`.trim()).join('; ').slice(0, 500)}`, { details: { issues } });
}
