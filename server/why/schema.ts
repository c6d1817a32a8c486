import { z } from 'zod';
import { atSchema } from '../history/schema.ts';
import { idSchema } from '../kernel/wire.ts';

/**
 * Every cause that can be given. Each stands for one thing that is true of the node or the deployment, and the code does not
 * change: scripts may wait for it. What holds when is written beside `nodeCauses` and `deploymentCauses`.
 */
export const causeCodeSchema = z.enum([
  'Revoked', 'KeyRevoked', 'NeverConnected', 'Offline', 'MultipleOwners', 'NoFleet', 'Quarantined', 'NothingDeployed', 'AgentTooOld', 'ClockWrong', 'Refused', 'ActivationFailed', 'Drifted',
  'RolloutPaused', 'SignaturesMissing', 'ApprovalNeeded', 'RolloutSuspended', 'GateStopped', 'GateUndecided', 'Scheduled', 'WindowClosed', 'RolloutEnded', 'WaveBaking', 'WaitsForReports', 'WaitsForWave', 'WaitsForTurn', 'LeftBehind', 'Held', 'NoRoom', 'TransferBroken', 'Staged', 'WaitsForWindow', 'Activating', 'Requested', 'ConditionFalse', 'KeyRotationDue',
  'NoNodes', 'NodesFailed', 'NodesActivating', 'NodesStaged', 'NodesOffline', 'NodesToCome', 'NodesQuarantined',
]);

export const causeSchema = z.object({
  code: causeCodeSchema,
  tone: z.enum(['info', 'notice', 'critical']),
  title: z.string(),
  detail: z.string(),
  /** What it was found by, as it stands now. */
  evidence: z.array(z.object({ name: z.string(), value: z.union([z.string(), z.number(), z.null()]) })),
  /** What will happen without anybody doing anything, and when if that can be said; null when nothing will. */
  byItself: z.object({ what: z.string(), at: z.number().nullable() }).nullable(),
  /** What a person can do, best first. */
  canDo: z.array(z.string()),
});

export const explanationSchema = z.object({
  /** Nothing is in the way: it is as it should be, or it is over. */
  settled: z.boolean(),
  headline: z.string(),
  /** The first is what the others wait for. */
  causes: z.array(causeSchema),
});

export const whyInput = z.object({ id: idSchema, at: atSchema });

export type CauseCode = z.infer<typeof causeCodeSchema>;
export type Cause = z.infer<typeof causeSchema>;
export type Explanation = z.infer<typeof explanationSchema>;
