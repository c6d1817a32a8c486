import { z } from 'zod';
import type { GatewayBackend, GatewayModel } from './backend.ts';
import { GatewayError } from './errors.ts';
import { failInference } from './failures.ts';
import { nothing, readJson, requirePath } from './node-operations.ts';
import { type Operation, operation } from './operation.ts';

const INFER_BYTES_MAX = 16 * 1024 * 1024;
const modelSchema = z.object({ name: z.string().min(1).max(63) });
const versionSchema = modelSchema.extend({ version: z.coerce.number().int().min(1) });
const describedSchema = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number().int()) });
const metadataSchema = z.object({ name: z.string(), versions: z.array(z.string()), platform: z.string(), inputs: z.array(describedSchema), outputs: z.array(describedSchema) });
const tensorSchema = describedSchema.extend({ data: z.array(z.unknown()) });
const requestSchema = z.object({ id: z.string().optional(), inputs: z.array(tensorSchema), outputs: z.array(z.object({ name: z.string() })).optional() });
const responseSchema = z.object({ model_name: z.string(), model_version: z.string(), id: z.string().optional(), outputs: z.array(tensorSchema) });

/** The models of the bundle that runs, by version 2 of the Open Inference Protocol's REST interface. */
export function inferenceOperations(backend: GatewayBackend, agentVersion: string): Operation[] {
  return [...serverOperations(backend, agentVersion), ...modelOperations(backend, '/v2/models/{name}', modelSchema, ''), ...modelOperations(backend, '/v2/models/{name}/versions/{version}', versionSchema, 'Version')];
}

function serverOperations(backend: GatewayBackend, agentVersion: string): Operation[] {
  const base = { method: 'GET', parameters: nothing, query: nothing, bodyBytesMax: 0, open: true } as const;
  return [
    operation({ ...base, id: 'serverMetadata', path: '/v2', summary: 'What serves the models', responses: { 200: { description: 'Name and version.', schema: z.object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) }) } }, errors: [], handle: async () => ({ status: 200, body: { name: 'selvedge-agent', version: agentVersion, extensions: [] } }) }),
    operation({ ...base, id: 'serverLive', path: '/v2/health/live', summary: 'Whether the server lives', responses: { 200: { description: 'It does.', schema: z.object({ live: z.boolean() }) } }, errors: [], handle: async () => ({ status: 200, body: { live: true } }) }),
    operation({
      ...base, id: 'serverReady', path: '/v2/health/ready', summary: 'Whether every model can be called', responses: { 200: { description: 'They can.', schema: z.object({ ready: z.boolean() }) } }, errors: ['NotRunning'],
      handle: async () => {
        requirePath(backend);
        return { status: 200, body: { ready: true } };
      },
    }),
  ];
}

function modelOperations(backend: GatewayBackend, path: string, parameters: z.ZodType<{ name: string; version?: number }>, suffix: string): Operation[] {
  const base = { parameters, query: nothing, open: false } as const;
  return [
    operation({
      ...base, id: `modelMetadata${suffix}`, method: 'GET', path, bodyBytesMax: 0, summary: 'The inputs and outputs of a model', responses: { 200: { description: 'The metadata.', schema: metadataSchema } }, errors: ['ModelNotFound', 'NotRunning'],
      handle: async (request) => ({ status: 200, body: await findModel(backend, request.parameters) }),
    }),
    operation({
      ...base, id: `modelReady${suffix}`, method: 'GET', path: `${path}/ready`, bodyBytesMax: 0, summary: 'Whether a model can be called', responses: { 200: { description: 'It can.', schema: z.object({ name: z.string(), ready: z.boolean() }) } }, errors: ['ModelNotFound', 'NotRunning'],
      handle: async (request) => ({ status: 200, body: { name: (await findModel(backend, request.parameters)).name, ready: true } }),
    }),
    operation({
      ...base, id: `infer${suffix}`, method: 'POST', path: `${path}/infer`, bodyBytesMax: INFER_BYTES_MAX, summary: 'Call a model', requestBody: { contentType: 'application/json', schema: requestSchema },
      responses: { 200: { description: 'The outputs.', schema: responseSchema } }, errors: ['ModelNotFound', 'InferenceInvalid', 'InferenceBusy', 'InferenceFailed', 'BodyTooLarge', 'RequestTooSlow', 'NotRunning'],
      handle: async (request) => {
        const { name, version } = request.parameters;
        const reply = await requirePath(backend).infer(name, version, readJson(request.body));
        return reply.ok ? { status: 200, body: reply.response } : failInference(reply);
      },
    }),
  ];
}

async function findModel(backend: GatewayBackend, wanted: { name: string; version?: number }): Promise<GatewayModel> {
  const model = (await requirePath(backend).models()).find(({ name }) => name === wanted.name);
  if (model === undefined) throw new GatewayError('ModelNotFound', `The bundle that runs has no model named ${wanted.name}.`);
  if (wanted.version !== undefined && !model.versions.includes(String(wanted.version))) throw new GatewayError('ModelNotFound', `Of ${wanted.name} the bundle that runs has version ${model.versions.join(', ')}.`);
  return model;
}
