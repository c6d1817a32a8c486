import { z } from 'zod';
import { idSchema } from '../kernel/wire.ts';

export const quarantineNodeInput = z.object({ id: idSchema, reason: z.string().trim().min(1).max(512) });
export const liftQuarantineInput = z.object({ id: idSchema, reason: z.string().trim().max(512).optional() });
export const quarantinedNodeOutput = z.object({ id: idSchema });

export type QuarantineNodeInput = z.infer<typeof quarantineNodeInput>;
export type LiftQuarantineInput = z.infer<typeof liftQuarantineInput>;
