import { z } from 'zod';
import { envelopeSchema, keySetsSchema, thresholdSchema, trustedKeySchema } from './bundle.ts';
import { attributeValueSchema, recordSchema } from './records.ts';
import { digestSchema, generationSchema, labelsSchema, nameSchema, publicKeySchema, signatureSchema, timeSchema, versionSchema } from './scalars.ts';
import { activationStepSchema, conditionSchema, syncStatusSchema } from './states.ts';
import { telemetrySchema } from './telemetry.ts';
import { windowsSchema } from './windows.ts';

export const PROTOCOL_VERSION = 1;

/** Limits that both ends keep; a message past one closes the connection with code 1009 or 4008. */
export const linkLimits = {
  messageBytesMax: 1_048_576,
  messagesPerSecondMax: 50,
  messagesBurstMax: 200,
  recordsPerMessageMax: 200,
  recordsInFlightMax: 1000,
  heartbeatMs: 15_000,
  handshakeMs: 10_000,
  verdictMs: 60_000,
  reconnectMinMs: 250,
  reconnectMaxMs: 20_000,
} as const;

/** WebSocket close codes of the agent link. */
export const closeCodes = { refused: 4001, revoked: 4003, replaced: 4005, tooFast: 4008, protocol: 4009 } as const;

/** Facts about the machine, shown to the person who approves the node. */
export const factsSchema = z.object({
  hostname: z.string().max(253),
  platform: z.string().max(64),
  architecture: z.string().max(32),
  cores: z.number().int().min(1),
  memoryBytes: z.number().int().min(0),
  nodeVersion: z.string().max(32),
});

// Agent to control plane.

/** First message. The control plane answers with `challenge`. */
export const helloSchema = z.object({
  type: z.literal('hello'),
  protocol: z.number().int().min(1),
  agentVersion: z.string().max(32),
  name: nameSchema,
  publicKey: publicKeySchema,
  labels: labelsSchema,
  facts: factsSchema,
  /** New with every start of the agent: two live connections with one key and different instances are a cloned node. */
  instance: z.string().min(8).max(64),
  enrollmentToken: z.string().max(128).optional(),
  /** Where the node's own REST gateway can be reached from its site. */
  gateway: z.string().max(512).optional(),
  /** Messages beyond those that every agent of this protocol takes; it is sent no others. */
  understands: z.array(z.string().max(32)).max(32).optional(),
});

/** Answers `challenge`: an Ed25519 signature over `challengeText`. */
export const proofSchema = z.object({ type: z.literal('proof'), signature: signatureSchema });

/** What both sides sign over in the handshake: binds the answer to this connection's nonce, this key and this purpose. */
export function challengeText(nonce: string, publicKey: string, instance: string): string {
  return `selvedge-link/1\n${nonce}\n${publicKey}\n${instance}`;
}

/** Sent on connecting and when anything in it changed; always whole, so that a lost one does not matter. */
export const reportSchema = z.object({
  type: z.literal('report'),
  observedGeneration: generationSchema,
  /** The bundle that runs; absent before the first. */
  bundle: digestSchema.optional(),
  sync: syncStatusSchema,
  reason: z.string().max(64),
  message: z.string().max(1024),
  /** Where an activation under way stands. */
  activation: z
    .object({ generation: generationSchema, bundle: digestSchema, step: activationStepSchema, bytesDone: z.number().int().min(0), bytesTotal: z.number().int().min(0), message: z.string().max(1024).optional() })
    .optional(),
  /** A person at the site forbids changes until then; whether there is one to make or not. */
  hold: z.object({ until: timeSchema, reason: z.string().max(512) }).optional(),
  conditions: z.array(conditionSchema).max(32),
  rules: z.array(z.object({ name: nameSchema, version: versionSchema })).max(1000),
  models: z.array(z.object({ name: nameSchema, version: versionSchema })).max(100),
});

/** Says nothing but that the node is there. Agents ping for it since: the answer says the same of the control plane. */
export const heartbeatSchema = z.object({ type: z.literal('heartbeat'), at: timeSchema });
export const telemetryMessageSchema = z.object({ type: z.literal('telemetry'), telemetry: telemetrySchema });
export const recordsSchema = z.object({ type: z.literal('records'), records: z.array(recordSchema).min(1).max(linkLimits.recordsPerMessageMax) });

/** Full-rate rows of one stream, for as long as a lease lasts. `skipped` counts events left out to stay within the budget. */
export const tailSchema = z.object({
  type: z.literal('tail'),
  lease: z.string().max(64),
  stream: z.string().max(128),
  attributes: z.array(z.string().max(128)).max(256),
  rows: z.array(z.object({ at: timeSchema, values: z.array(attributeValueSchema).max(256) })).max(500),
  skipped: z.number().int().min(0),
});
export const answerSchema = z.object({ type: z.literal('answer'), id: z.string().max(64), ok: z.boolean(), body: z.string().max(900_000) });

/** Answers `rotateKey`: the key that is to be the node's, with `newKeyText` signed by the key it has and by the new one. */
export const newKeySchema = z.object({ type: z.literal('newKey'), publicKey: publicKeySchema, byOld: signatureSchema, byNew: signatureSchema });

export const fromAgentSchema = z.discriminatedUnion('type', [
  helloSchema, proofSchema, reportSchema, heartbeatSchema, telemetryMessageSchema, recordsSchema, tailSchema, answerSchema, newKeySchema,
]);

// Control plane to agent.

export const challengeSchema = z.object({ type: z.literal('challenge'), nonce: z.string().min(32).max(128), serverTime: timeSchema });

/** The node is known. `artefactToken` authorises `GET /artefacts/{digest}` until the connection ends. */
export const welcomeSchema = z.object({
  type: z.literal('welcome'),
  node: z.string().max(64),
  organization: z.string().max(64),
  artefactToken: z.string().max(256),
  artefactUrl: z.string().max(512),
  /** Keys that may sign bundles and assignments. Pinned by the agent at its first welcome, later changed only by key sets that an already pinned key signed. */
  signingKeys: z.array(trustedKeySchema).min(1).max(16),
  /** How many must have signed a bundle; 1 unless it is said. Pinned, and changed, with the keys. */
  threshold: thresholdSchema.optional(),
  keySets: keySetsSchema.optional(),
  /** The highest record number the control plane has: everything up to it may be dropped. */
  recordsThrough: z.number().int().min(0),
});

/** The node asked to join and waits for a person. The connection stays open; `welcome` follows when it was approved. */
export const pendingSchema = z.object({ type: z.literal('pending'), fingerprint: z.string().max(128), message: z.string().max(512) });
export const refusedSchema = z.object({ type: z.literal('refused'), code: z.enum(['revoked', 'denied', 'cloned', 'protocol', 'proof', 'token', 'limit']), message: z.string().max(512) });

/** What to run: a signed `Assignment` and the signed manifest it names. Rules and models are fetched by digest. Key sets come first: they may name who signed. */
export const desiredSchema = z.object({ type: z.literal('desired'), assignment: envelopeSchema, bundle: envelopeSchema, keySets: keySetsSchema.optional() });

/** A signed manifest that the node may be told to run and may fetch before, within these windows by its own clock. Only for agents that say `ahead`. */
export const aheadSchema = z.object({ type: z.literal('ahead'), bundle: envelopeSchema, download: windowsSchema, keySets: keySetsSchema.optional() });

/** Everything up to this record number is in the database. */
export const ackSchema = z.object({ type: z.literal('ack'), through: z.number().int().min(0) });

/** Someone looks: stream rows of `stream` at full rate until `until`, at most `rowsPerSecondMax`. Renewed by sending it again. */
export const leaseSchema = z.object({ type: z.literal('lease'), lease: z.string().max(64), stream: z.string().max(128), until: timeSchema, rowsPerSecondMax: z.number().int().min(1).max(1000) });

/** A read of the node's own store, answered with `answer`. */
export const querySchema = z.object({
  type: z.literal('query'),
  id: z.string().max(64),
  stream: z.string().max(128),
  from: timeSchema,
  to: timeSchema,
  limit: z.number().int().min(1).max(1000),
  cursor: z.string().max(128).optional(),
});
export const retrySchema = z.object({ type: z.literal('retry'), generation: generationSchema });

/** The node is to have another key; answered with `newKey`. Asked again with every connection until it has one. */
export const rotateKeySchema = z.object({ type: z.literal('rotateKey') });
/** The key of `newKey` is the node's: a signed `NodeKeyChange`. Also said, instead of a welcome, to a node that comes back with the key before, since it may not have heard. */
export const keyTakenSchema = z.object({ type: z.literal('keyTaken'), change: envelopeSchema, keySets: keySetsSchema.optional() });

export const toAgentSchema = z.discriminatedUnion('type', [
  challengeSchema, welcomeSchema, pendingSchema, refusedSchema, desiredSchema, aheadSchema, ackSchema, leaseSchema, querySchema, retrySchema, rotateKeySchema, keyTakenSchema,
]);

export type Facts = z.infer<typeof factsSchema>;
export type Report = z.infer<typeof reportSchema>;
export type FromAgent = z.infer<typeof fromAgentSchema>;
export type ToAgent = z.infer<typeof toAgentSchema>;
export type Welcome = z.infer<typeof welcomeSchema>;
export type KeyTaken = z.infer<typeof keyTakenSchema>;
