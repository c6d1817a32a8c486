import { digestSchema, labelTextSchema, nameSchema, settingsSchema, windowsSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { signatureStandingSchema } from '../bundles/schema.ts';
import { waveSelectorSchema } from '../fleets/schema.ts';
import { gateSchema, leastBakeSeconds, lookEvidenceSchema, lookSchema } from '../gates/schema.ts';
import { atSchema } from '../history/schema.ts';
import { idSchema, pageInput, pageOf, permissionSchema } from '../kernel/wire.ts';
import { modelVersionNumberSchema } from '../models/schema.ts';
import { ruleVersionNumberSchema } from '../rules/schema.ts';

/** A number of nodes, or a share of them: percents round up, and never to none. */
export const limitSchema = z.discriminatedUnion('unit', [
  z.object({ unit: z.literal('nodes'), value: z.number().int().min(1).max(1_000_000) }),
  z.object({ unit: z.literal('percent'), value: z.number().min(0.01).max(100) }),
]);

/** Gates look at a wave while it bakes: long enough to see something, and within what is kept of each node. */
const gatedBakeSecondsMax = 86_400;

/** One wave: so many of the nodes that are left, or of those of them that its selector names. A share is of all nodes that it may take from. */
export const waveLimitSchema = z.object({ selector: waveSelectorSchema.optional(), limit: limitSchema });

/** A limit for each group of nodes that have the same values of some labels. */
export const maxUnavailablePerSchema = z.object({ labels: z.array(labelTextSchema).min(1).max(4), nodes: z.number().int().min(1).max(1_000_000) }).nullable().default(null);

/** How a rollout goes about it. Nodes that no wave takes form a last one. */
export const rolloutPolicySchema = z.object({
  waves: z.array(waveLimitSchema).max(20).default([{ limit: { unit: 'percent', value: 10 } }]),
  /** How many nodes may be between request and report at one time. */
  maxUnavailable: limitSchema.default({ unit: 'percent', value: 25 }),
  /** So many at most of the nodes that have the same values of these labels; those without one are together a group. */
  maxUnavailablePer: maxUnavailablePerSchema,
  /** A connected node that has not reported the bundle within this time counts as failed. */
  updateTimeoutSeconds: z.number().int().min(5).max(86_400).default(300),
  /** How long a wave must go on running, all of it, before the next begins. */
  bakeSeconds: z.number().int().min(0).max(604_800).default(5),
  /** The share of a wave's nodes that may fail before `onFailure` is done. */
  failureThresholdPercent: z.number().min(0).max(100).default(0),
  /** `pause` waits for a person, `abort` ends it where it is, `rollback` takes back all that were told. */
  onFailure: z.enum(['pause', 'abort', 'rollback']).default('pause'),
  /** The share of a wave's nodes, of those that did not fail, that must report the bundle before it passes; offline ones count against it. */
  successThresholdPercent: z.number().min(0).max(100).default(0),
  /** How many nodes of the waves so far must report it, or all where there are fewer. */
  minSamples: z.number().int().min(1).max(1_000_000).default(1),
  /**
   * What a node that is not connected means. `normal`: waves pass without it, and one that was told keeps its place until its
   * time is up. `expected`: it keeps no place. `error`: away for the whole update timeout, it failed.
   */
  whenDisconnected: z.enum(['normal', 'expected', 'error']).default('normal'),
  /** After so many failures in a row at what other nodes of its rollout run, a node is in quarantine: out of rollouts until it is let back. Never when null. */
  quarantineAfter: z.number().int().min(1).max(100).nullable().default(3),
  /** `eachWave`: after a wave has passed, the next begins when a person resumes it. */
  approval: z.enum(['none', 'eachWave']).default('none'),
  /** No node is told before this time, milliseconds since 1970. */
  notBefore: z.number().int().min(0).max(4_102_444_800_000).nullable().default(null),
  /** Nodes are told within these only; always when there is none. Going back waits for none. */
  windows: windowsSchema.default([]),
  /**
   * Nodes that were told fetch what they lack within these, and switch within those, each by its own clock and also when it is cut off; always
   * where there is none. With either, nodes that were told ahead wait staged. Going back waits for none.
   */
  downloadWindows: windowsSchema.default([]),
  activateWindows: windowsSchema.default([]),
  /** Connected nodes of later waves fetch what they lack, within `downloadWindows`, while earlier waves are under way; they are told nothing by it. */
  fetchAhead: z.boolean().default(false),
  /** How many nodes may be told in any minute; one that is asked again counts once. */
  perMinute: z.number().int().min(1).max(1_000_000).nullable().default(null),
  /** What a wave has to keep to while it bakes; one that it breaks counts as failure. */
  gates: z.array(gateSchema).max(10).default([]),
  /** How often, at most, a rollout that changes nothing may be stopped by gates that compare with control. */
  falseStopPercent: z.number().min(0.1).max(50).default(5),
  /** What follows when a bake is over and a gate could not be judged: a person is asked, or the wave passes. */
  whenUndecided: z.enum(['pause', 'pass']).default('pause'),
}).superRefine(({ gates, bakeSeconds }, context) => {
  const least = leastBakeSeconds(gates);
  if (gates.length === 0 || (bakeSeconds >= least && bakeSeconds <= gatedBakeSecondsMax)) return;
  const [which, because] = least === leastBakeSeconds([]) ? ['gates', 'they look at it meanwhile'] : ['gates on models', 'they are told by the minute'];
  context.addIssue({ code: 'custom', path: ['bakeSeconds'], message: `With ${which} a wave has to bake from ${least} to ${gatedBakeSecondsMax} s: ${because}.` });
});

export const rolloutStateSchema = z.enum(['Progressing', 'Paused', 'Suspended', 'RollingBack', 'RolledBack', 'Succeeded', 'Cancelled', 'Superseded']);

/**
 * Where a node is in a rollout. `Requested`: told, has not answered. `Applying`: reports that it is at it. `Staged`: reports that
 * it has all but switched, and waits for its window. `Running`: reports the bundle as running (I9). `Offline`: told, and not connected; it converges when it comes back. `Skipped`:
 * left the fleet, was revoked, or the rollout ended before its turn.
 */
export const nodeRolloutStateSchema = z.enum(['ToCome', 'Requested', 'Applying', 'Staged', 'Running', 'Failed', 'Offline', 'Skipped']);

export const ruleReferenceSchema = z.object({ name: nameSchema, version: ruleVersionNumberSchema });
export const changeKindSchema = z.enum(['rule', 'model', 'settings']);

/** One part that differs. `from` null: added; `to` null: removed. `bytes` is what a node without it must fetch. */
export const planChangeSchema = z.object({
  kind: changeKindSchema,
  name: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  bytes: z.number().int(),
});

export const violationCodeSchema = z.enum([
  'NoNodes',
  'UnknownSourceType',
  'UnknownSinkType',
  'UnknownMapper',
  'MissingSetting',
  'MissingLabels',
  'ModelMissing',
  'SignatureMismatch',
  'AgentTooOld',
  'MultipleOwners',
  'NothingChanges',
  'TooLarge',
  'GateCannotTell',
  'RevisionExcluded',
  'NodesQuarantined',
  'WaveWithoutNodes',
]);
/** Why a plan cannot be started (`blocks`), or what to know before it is. */
export const violationSchema = z.object({ code: violationCodeSchema, blocks: z.boolean(), message: z.string() });

export const planNodeSchema = z.object({
  node: idSchema,
  name: z.string(),
  /** What it reports now; null runs nothing. */
  from: digestSchema.nullable(),
  to: digestSchema,
  changes: z.array(planChangeSchema),
  bytes: z.number().int(),
  offline: z.boolean(),
  wave: z.number().int(),
});

export const planInput = z.object({
  fleet: idSchema,
  /** The whole set that the fleet is to run; rules that are not in it stop. */
  rules: z.array(ruleReferenceSchema).max(1000),
  /** For this deployment alone: the next plan begins with the fleet's settings again. Without it, the fleet's as they are. */
  settings: settingsSchema.optional(),
  policy: rolloutPolicySchema.prefault({}),
});

const resolvedModelSchema = z.object({ name: z.string(), version: modelVersionNumberSchema, digest: digestSchema, bytes: z.number().int(), references: z.array(z.string()) });

export const planSchema = z.object({
  /** Covers everything below that a node would notice, and the nodes themselves: what is approved is exactly this. */
  hash: digestSchema,
  fleet: z.object({ id: idSchema, name: z.string() }),
  from: z.object({ digest: digestSchema, rules: z.array(ruleReferenceSchema), models: z.array(z.object({ name: z.string(), version: modelVersionNumberSchema })) }).nullable(),
  to: z.object({ digest: digestSchema, rules: z.array(ruleReferenceSchema), models: z.array(resolvedModelSchema), settings: settingsSchema }),
  nodes: z.object({ total: z.number().int(), sample: z.array(planNodeSchema) }),
  changes: z.array(planChangeSchema),
  /** What one node that runs `from` fetches, and what all nodes fetch together. */
  bytesPerNode: z.number().int(),
  bytesTotal: z.number().int(),
  stateLost: z.array(z.object({ rule: z.string(), what: z.string(), query: z.string(), because: z.string() })),
  stateKept: z.array(z.object({ rule: z.string(), what: z.string(), query: z.string() })),
  violations: z.array(violationSchema),
  /** False when a violation blocks it. */
  startable: z.boolean(),
  offline: z.object({ total: z.number().int(), sample: z.array(z.object({ id: idSchema, name: z.string(), lastSeenAt: z.number().nullable() })) }),
  waves: z.array(z.object({ index: z.number().int(), nodes: z.number().int(), offline: z.number().int() })),
  policy: rolloutPolicySchema,
  /** How many nodes may change at one time, by `policy.maxUnavailable`. */
  inFlightMax: z.number().int(),
  /** A rollout of this fleet that is under way and would be superseded. */
  supersedes: z.object({ id: idSchema, state: rolloutStateSchema }).nullable(),
  madeAt: z.number(),
  can: z.object({ start: permissionSchema }),
});

/** How long a plan takes if it starts when it was made, in seconds, without the time that people take. */
export const expectedSchema = z.object({
  earliestSeconds: z.number().int(),
  /** Null when nobody can say: the last of `basis` says why. */
  latestSeconds: z.number().int().nullable(),
  /** What it follows from, and what is not known, in words. */
  basis: z.array(z.string()),
  /** Each window of the policy by what nodes do in it, and when it opens next: `madeAt` while it is open. */
  windows: z.array(z.object({ purpose: z.enum(['tell', 'fetch', 'switch']), text: z.string(), timeZone: z.string(), opensAt: z.number() })),
});

/** A plan as it is shown, with what changes by itself and changes nothing of what is approved, so that the hash does not cover it: who has signed its bundle, where people have to, and how long it takes. */
export const madePlanSchema = planSchema.extend({ signatures: signatureStandingSchema.nullable(), expected: expectedSchema });

/** Plans are kept for an hour so that they can be paged through and started. */
export const planNodesInput = pageInput.extend({ hash: digestSchema });
export const planNodesOutput = pageOf(planNodeSchema);

/** Refused with `PlanChanged` when anything that the hash covers is no longer true. */
export const createDeploymentInput = z.object({ planHash: digestSchema, note: z.string().trim().max(1000).default('') });
export const deploymentReferenceOutput = z.object({ id: idSchema, state: rolloutStateSchema });

export const waveCountsSchema = z.object({
  total: z.number().int(),
  running: z.number().int(),
  applying: z.number().int(),
  /** Have all but switched, and wait for their window. */
  staged: z.number().int(),
  failed: z.number().int(),
  offline: z.number().int(),
  skipped: z.number().int(),
  toCome: z.number().int(),
});

export const waveStateSchema = z.enum(['ToCome', 'Progressing', 'Baking', 'Passed', 'Failed', 'Stopped']);
export const waveSchema = z.object({
  index: z.number().int(),
  state: waveStateSchema,
  nodes: waveCountsSchema,
  startedAt: z.number().nullable(),
  bakesUntil: z.number().nullable(),
  passedAt: z.number().nullable(),
  /** What gates found, newest look first. */
  looks: z.array(lookSchema),
});

/** One thing the rollout or a person decided, and the figures it was decided on. */
export const decisionSchema = z.object({
  id: idSchema,
  at: z.number(),
  kind: z.enum(['Started', 'WaveStarted', 'WaveBaking', 'WavePassed', 'NodeFailed', 'ThresholdExceeded', 'GateStopped', 'GateUndecided', 'Allowed', 'Paused', 'Resumed', 'ApprovalNeeded', 'Cancelled', 'RollingBack', 'RolledBack', 'Retried', 'LateJoiner', 'NodeQuarantined', 'ToldByHand', 'Succeeded', 'Superseded']),
  tone: z.enum(['info', 'positive', 'notice', 'critical']),
  message: z.string(),
  by: z.string(),
  evidence: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

export const deploymentItemSchema = z.object({
  id: idSchema,
  fleet: z.object({ id: idSchema, name: z.string() }),
  state: rolloutStateSchema,
  note: z.string(),
  createdBy: z.string(),
  startedAt: z.number(),
  finishedAt: z.number().nullable(),
  bundle: digestSchema,
  previousBundle: digestSchema.nullable(),
  /** What changed, in a few words each: `valve-watch 7 → 8`; or that nodes joined, which come to what their fleet runs. */
  summary: z.array(z.string()),
  nodes: waveCountsSchema,
  wave: z.object({ index: z.number().int(), of: z.number().int() }),
});

export const listDeploymentsInput = pageInput.extend({ state: z.array(rolloutStateSchema).max(8).optional(), fleet: idSchema.optional(), /** Those that had begun by then. */ startedUntil: atSchema });
export const listDeploymentsOutput = pageOf(deploymentItemSchema);

/** At a moment of the past nothing can be done to it. */
export const getDeploymentInput = z.object({ id: idSchema, at: atSchema });
export const deploymentSchema = deploymentItemSchema.extend({
  /** The plan as it was approved, without its nodes. */
  plan: planSchema.omit({ nodes: true, can: true }),
  waves: z.array(waveSchema),
  /** Newest first, at most 20; there is a list of all. */
  decisions: z.array(decisionSchema),
  /** Who has signed its bundle, where people have to beside the control plane; no node is told of it before. Null where none has to. */
  signatures: signatureStandingSchema.nullable(),
  /** Why its bundle may not be deployed to the fleet again before a person allows it; null while it may. */
  excludedBecause: z.string().nullable(),
  /** When it may be done, from the pace so far; null when nothing can be said. */
  eta: z.number().nullable(),
  can: z.object({ pause: permissionSchema, resume: permissionSchema, cancel: permissionSchema, rollBack: permissionSchema, retryFailed: permissionSchema, allow: permissionSchema }),
});

/** With a moment, those until then. */
export const decisionsInput = pageInput.extend({ id: idSchema, at: atSchema });
export const decisionsOutput = pageOf(decisionSchema);

/** Waves of a policy, and the one of everybody who is left. */
const waveIndexSchema = z.number().int().min(0).max(20);

export const deploymentNodesInput = pageInput.extend({ id: idSchema, wave: waveIndexSchema.optional(), state: nodeRolloutStateSchema.optional() });
export const deploymentNodeSchema = z.object({
  node: idSchema,
  name: z.string(),
  wave: z.number().int(),
  state: nodeRolloutStateSchema,
  since: z.number(),
  message: z.string(),
  /** The generation by which it was told; null while it was not. */
  generation: z.number().int().nullable(),
});
export const deploymentNodesOutput = pageOf(deploymentNodeSchema);

export const lookInput = z.object({ id: idSchema, wave: waveIndexSchema, look: z.number().int().min(1).max(1000) });
const nodeChangesSchema = z.array(z.object({ node: z.string(), times: z.number() }));
export const lookDetailSchema = lookSchema.extend({
  evidence: lookEvidenceSchema,
  /** For each verdict beside control: how many times as much nodes did as before. */
  changes: z.array(z.object({ wave: nodeChangesSchema, control: nodeChangesSchema }).nullable()),
  /** Judging the evidence again gives the same verdicts. */
  replayed: z.boolean(),
});

export const deploymentActionInput = z.object({ id: idSchema, reason: z.string().trim().max(512).optional() });

export type Limit = z.infer<typeof limitSchema>;
export type WaveLimit = z.infer<typeof waveLimitSchema>;
export type RolloutPolicy = z.infer<typeof rolloutPolicySchema>;
export type RolloutState = z.infer<typeof rolloutStateSchema>;
export type NodeRolloutState = z.infer<typeof nodeRolloutStateSchema>;
export type Plan = z.infer<typeof planSchema>;
export type Expected = z.infer<typeof expectedSchema>;
export type MadePlan = z.infer<typeof madePlanSchema>;
export type PlanChange = z.infer<typeof planChangeSchema>;
export type PlanNode = z.infer<typeof planNodeSchema>;
export type Violation = z.infer<typeof violationSchema>;
export type WaveCounts = z.infer<typeof waveCountsSchema>;
export type WaveView = z.infer<typeof waveSchema>;
export type LookDetail = z.infer<typeof lookDetailSchema>;
export type Decision = z.infer<typeof decisionSchema>;
export type DeploymentItem = z.infer<typeof deploymentItemSchema>;
export type DeploymentDetail = z.infer<typeof deploymentSchema>;
export type DeploymentNode = z.infer<typeof deploymentNodeSchema>;
