import { z } from 'zod';
import { type GatewayErrorCode, gatewayErrors } from './errors.ts';
import type { Operation } from './operation.ts';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 description of a table of operations, made from the schemas that check their requests. */
export function openApiDocument(operations: readonly Operation[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const path = operation.path.replace('*}', '}');
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Selvedge node gateway', version, description: 'What one node offers at its site: its stored events, its detections, its models, and a way in for events.', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'The content of `gateway-token` in the folder of the node.' } }, schemas: { Error: errorSchema() } },
    paths,
  };
}

function describe(operation: Operation): Json {
  const responses: Record<string, Json> = {};
  for (const [status, { description, schema, contentType }] of Object.entries(operation.responses)) {
    responses[status] = { description, ...(schema === undefined && contentType === undefined ? {} : { content: { [contentType ?? 'application/json']: { schema: schema === undefined ? { type: 'string' } : toSchema(schema, 'output') } } }) };
  }
  for (const code of operation.errors) addError(responses, code);
  return {
    operationId: operation.id,
    summary: operation.summary,
    ...(operation.open ? { security: [] } : {}),
    parameters: [...parametersOf(operation.parameters, 'path'), ...parametersOf(operation.query, 'query')],
    ...(operation.requestBody === undefined ? {} : { requestBody: { required: true, content: { [operation.requestBody.contentType]: { schema: toSchema(operation.requestBody.schema, 'input') } } } }),
    responses,
  };
}

function addError(responses: Record<string, Json>, code: GatewayErrorCode): void {
  const { status, happened } = gatewayErrors[code];
  const before = responses[String(status)]?.['description'];
  const description = `\`${code}\`: ${happened}`;
  responses[String(status)] = { description: typeof before === 'string' ? `${before}\n\n${description}` : description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } };
}

function parametersOf(schema: z.ZodType, place: 'path' | 'query'): Json[] {
  const { properties, required } = z.object({ properties: z.record(z.string(), z.unknown()).default({}), required: z.array(z.string()).default([]) }).parse(toSchema(schema, 'input'));
  return Object.entries(properties).map(([name, property]) => ({ name, in: place, required: place === 'path' || required.includes(name), schema: property }));
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return json;
}

function errorSchema(): Json {
  return { type: 'object', required: ['error', 'code'], properties: { error: { type: 'string', description: 'What was wrong, in a sentence.' }, code: { type: 'string', enum: Object.keys(gatewayErrors) } } };
}
