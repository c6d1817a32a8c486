import type { z } from 'zod';
import type { RawRoute } from '../http/raw-route.ts';
import { statusOfKind } from '../http/problem.ts';
import { capabilities, fleetCapabilities } from '../identity/index.ts';
import type { Breadth } from '../identity/index.ts';
import { errorCatalogue } from '../kernel/errors.ts';
import { propertiesOf } from './query-input.ts';
import type { RestRoute } from './routes.ts';

type JsonSchema = z.core.JSONSchema.JSONSchema;
type Operation = Record<string, unknown>;

export interface OpenApiDocument {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, unknown>;
}

/** The OpenAPI 3.1 document of the public API, from the same schemas that check each call. */
export function buildOpenApi(routes: readonly RestRoute[], rawRoutes: readonly RawRoute[], version: string): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  const add = (path: string, method: string, operation: Operation): void => {
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
  };
  for (const route of routes) add(route.path, route.method, operationOf(route));
  for (const { path, method, summary, tag, access, breadth, operation } of rawRoutes) {
    add(path, method, { operationId: `${method.toLowerCase()}${path.replaceAll(/[^A-Za-z]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`, summary, tags: [tag], ...securityOf(access, breadth), ...operation });
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Selvedge', version, description: 'The control plane for edge AI. Times are milliseconds since 1970-01-01T00:00Z. Lists continue at `nextCursor`.' },
    servers: [{ url: '/api/v1' }],
    tags: [...new Set([...routes, ...rawRoutes].map(({ tag }) => tag))].sort().map((name) => ({ name })),
    paths,
    components: { schemas: { Problem: problemSchema }, responses: { Problem: problemResponse }, securitySchemes: { token: { type: 'http', scheme: 'bearer', description: `An API token. Scopes: ${capabilities.join(', ')}.` } } },
  };
}

function operationOf(route: RestRoute): Operation {
  const inPath = [...route.path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name);
  const properties = propertiesOf(route.input);
  const required = new Set(route.input?.required ?? []);
  const rest = Object.entries(properties).filter(([name]) => !inPath.includes(name));
  const hasBody = route.method !== 'GET' && route.method !== 'DELETE';
  const parameters = inPath.map((name): object => ({ name, in: 'path', required: true, schema: properties[name] ?? { type: 'string' } }));
  if (!hasBody) for (const [name, schema] of rest) parameters.push(queryParameter(name, schema, required.has(name)));
  return {
    operationId: route.procedure,
    summary: route.summary,
    tags: [route.tag],
    ...securityOf(route.access, route.breadth),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(hasBody && rest.length > 0
      ? { requestBody: { required: true, content: { 'application/json': { schema: { type: 'object', properties: Object.fromEntries(rest), required: rest.map(([name]) => name).filter((name) => required.has(name)) } } } } }
      : {}),
    responses: { '200': { description: 'Done.', content: { 'application/json': { schema: route.output } } }, default: { $ref: '#/components/responses/Problem' } },
  };
}

function queryParameter(name: string, schema: JsonSchema, required: boolean): object {
  const style = schema.type === 'object' || schema.oneOf !== undefined ? { style: 'deepObject', explode: true } : {};
  return { name, in: 'query', required, ...style, schema, ...(schema.description === undefined ? {} : { description: schema.description }) };
}

function securityOf(access: string, breadth: Breadth = 'fleet'): Operation {
  if (access === 'public') return { security: [] };
  const whole = breadth === 'organization' || ![...fleetCapabilities].some((capability) => capability === access);
  const needs = access === 'signedIn' ? 'Any token may call this.' : `Needs the scope \`${access}\`${whole ? ', for the whole organization' : ''}.`;
  return { security: [{ token: [] }], description: needs };
}

const problemSchema = {
  type: 'object',
  description: 'An error after RFC 9457.',
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer', enum: [...new Set(Object.values(statusOfKind))] },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(errorCatalogue) },
    requestId: { type: 'string' },
    details: { type: 'object' },
  },
};
const problemResponse = { description: 'Refused, or failed. Nothing was changed.', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
