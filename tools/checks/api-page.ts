import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import type { GatewayBackend } from '../../edge-runtime/gateway/backend.ts';
import { inferenceOperations } from '../../edge-runtime/gateway/inference-operations.ts';
import { nodeOperations } from '../../edge-runtime/gateway/node-operations.ts';
import { openApiDocument } from '../../edge-runtime/gateway/openapi.ts';
import { buildOpenApi } from '../../server/rest/openapi.ts';
import { listRestRoutes } from '../../server/rest/routes.ts';
import { rawRoutes } from '../../server/surfaces.ts';
import { checkout } from '../environment.ts';

const introduction = `# Public API

Everything that the console does, for programs: JSON over HTTP below \`/api/v1\`. A running control plane serves this page with
every schema at \`/api/docs\`, and the OpenAPI 3.1 document at \`/api/v1/openapi.json\`; this one is written from the same document
by \`node tools/checks/api-page.ts\`, and a check compares the two.

A token from **Settings**, API tokens, goes into \`Authorization: Bearer TOKEN\`; each operation below names the scope that it needs.
Times are milliseconds since 1970-01-01T00:00Z. A list continues at \`?cursor=\` with the \`nextCursor\` of the page before. What is
refused is answered as a problem after RFC 9457 with a \`code\` of [Errors](errors.md), and has changed nothing. In what follows
\`?\` marks what may be left out.

\`\`\`sh
curl -H "Authorization: Bearer $TOKEN" http://localhost:3000/api/v1/nodes?health=Degraded
\`\`\`
`;

const nodeIntroduction = `## On a node

What a node offers at its site by its own gateway, with or without the control plane: with the content of \`gateway-token\` in the node's
folder as \`Authorization: Bearer\`. \`/openapi.json\` there has every schema; models are served
after the Open Inference Protocol.
`;

/** Stands where the running agent would: what is described here is never asked. */
const noBackend: GatewayBackend = { path: () => undefined, status: unasked, notReady: () => undefined, metrics: unasked, hold: unasked, release: unasked, apply: unasked, receipt: unasked };

const schemaSchema = z.record(z.string(), z.unknown());
const parameterSchema = z.object({ name: z.string(), in: z.enum(['path', 'query', 'header']), required: z.boolean().default(false), schema: schemaSchema });
const contentSchema = z.record(z.string(), z.object({ schema: schemaSchema.optional() }));
const operationSchema = z.object({
  summary: z.string(),
  description: z.string().optional(),
  tags: z.array(z.string()).default([]),
  security: z.array(z.unknown()).optional(),
  parameters: z.array(parameterSchema).default([]),
  requestBody: z.object({ content: contentSchema }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string().optional(), content: contentSchema.optional() })),
});

const pathsSchema = z.record(z.string(), z.record(z.string(), operationSchema));

/** docs/api.md as the procedures state their routes, and the gateway its operations. */
export function renderApiPage(): string {
  const { paths, tags } = buildOpenApi(listRestRoutes(), rawRoutes, packageJson.version);
  const operations = operationsOf(paths);
  const sections = tags.map(({ name }) => `## ${name}\n\n${operations.filter((operation) => operation.tags.includes(name)).map(describe).join('\n')}`);
  const node = openApiDocument([...nodeOperations(noBackend, () => 0), ...inferenceOperations(noBackend, packageJson.version)], packageJson.version);
  return [introduction, ...sections, `${nodeIntroduction}\n${operationsOf(node['paths']).map(describe).join('\n')}`].join('\n');
}

function operationsOf(paths: unknown): (z.infer<typeof operationSchema> & { method: string; address: string })[] {
  return Object.entries(pathsSchema.parse(paths)).flatMap(([address, methods]) => Object.entries(methods).map(([method, operation]) => ({ address, method: method.toUpperCase(), ...operation })));
}

function unasked(): Promise<never> {
  throw new Error('this page is written without a node');
}

function describe({ method, address, summary, description, security, parameters, requestBody, responses }: z.infer<typeof operationSchema> & { method: string; address: string }): string {
  const asked = (where: string) => parameters.filter((parameter) => parameter.in === where).map(({ name, required, schema }) => `\`${name}${required ? '' : '?'}\` ${typeOf(schema, 1)}`).join(', ');
  const [query, header] = [asked('query'), asked('header')];
  const [success] = Object.entries(responses).filter(([status]) => status.startsWith('2')).map(([, response]) => response);
  return [
    `### \`${method} ${address}\`\n\n${summary}.${description === undefined ? '' : ` ${description}`}${security?.length === 0 ? ' Asks for no token.' : ''}\n`,
    ...(query === '' ? [] : [`- Query: ${query}`]),
    ...(header === '' ? [] : [`- Header: ${header}`]),
    ...(requestBody === undefined ? [] : [`- Takes: ${contentOf(requestBody.content)}`]),
    ...(success === undefined ? [] : [`- Answers: ${success.content === undefined ? (success.description ?? 'nothing') : contentOf(success.content)}`]),
    '',
  ].join('\n');
}

function contentOf(content: z.infer<typeof contentSchema>): string {
  return Object.entries(content)
    .map(([type, { schema }]) => (type === 'application/json' && schema !== undefined ? typeOf(schema, 3) : `\`${type}\``))
    .join(' or ');
}

const jsonSchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string()).transform((types) => types.join(' | '))]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  items: schemaSchema.optional(),
  properties: z.record(z.string(), schemaSchema).optional(),
  required: z.array(z.string()).default([]),
  additionalProperties: z.union([z.boolean(), schemaSchema]).optional(),
  anyOf: z.array(schemaSchema).optional(),
  oneOf: z.array(schemaSchema).optional(),
});

/** A schema as one reads a type, members down to a depth; what lies deeper is in the OpenAPI document. */
function typeOf(schema: Record<string, unknown>, depth: number): string {
  return `\`${short(schema, depth).replaceAll('`', '')}\``;
}

function short(unparsed: Record<string, unknown>, depth: number): string {
  const schema = jsonSchema.parse(unparsed);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return [...new Set(either.map((one) => short(one, depth)))].join(' | ');
  if (schema.type === 'array') return listOf(short(schema.items ?? {}, depth));
  if (schema.type !== 'object') return schema.type ?? 'any';
  if (schema.properties === undefined) return typeof schema.additionalProperties === 'object' ? `{[name]: ${short(schema.additionalProperties, depth - 1)}}` : '{…}';
  if (depth === 0) return '{…}';
  return `{${Object.entries(schema.properties).map(([name, member]) => `${name}${schema.required.includes(name) ? '' : '?'}: ${short(member, depth - 1)}`).join(', ')}}`;
}

function listOf(type: string): string {
  return type.includes(' | ') ? `(${type})[]` : `${type}[]`;
}

if (import.meta.main) await writeFile(path.join(checkout, 'docs/api.md'), renderApiPage());
