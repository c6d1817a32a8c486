import { z } from 'zod';

/** Whether a node runs what it should: see docs/glossary.md for the formal definitions. */
export const syncStatusSchema = z.enum(['Synced', 'OutOfSync', 'Applying', 'Drifted', 'Failed', 'Unknown']);
export const healthStatusSchema = z.enum(['Healthy', 'Degraded', 'Offline', 'NeverSeen']);

/** A condition as Kubernetes has it: one observed aspect, with machine-readable reason and a sentence for people. */
export const conditionSchema = z.object({
  type: z.string().min(1).max(64),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().min(1).max(64),
  message: z.string().max(1024),
  lastTransitionTime: z.number().int(),
  observedGeneration: z.number().int(),
});

/** The conditions an agent reports. True is good for all of them. */
export const nodeConditionTypes = ['Ready', 'SourcesConnected', 'StoreReady', 'ModelsLoaded', 'BundleApplied'] as const;

/** The steps of an activation on the node, in order. `Staged`: everything but the switch is done and tried, which waits for its window; what ran before runs. */
export const activationStepSchema = z.enum(['Fetching', 'Verifying', 'Building', 'Staged', 'Switching', 'Running', 'Failed']);

export type SyncStatus = z.infer<typeof syncStatusSchema>;
export type HealthStatus = z.infer<typeof healthStatusSchema>;
export type Condition = z.infer<typeof conditionSchema>;
export type ActivationStep = z.infer<typeof activationStepSchema>;
