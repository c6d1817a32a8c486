import { z } from 'zod';
import { idSchema } from '../kernel/wire.ts';

export const rotateKeyInput = z.object({ id: idSchema });
/** `delivered` is false when the node was not connected; it is asked when it connects. */
export const rotateKeyOutput = z.object({ id: idSchema, delivered: z.boolean() });

export const reenrolInput = z.object({ id: idSchema, reason: z.string().trim().min(1).max(512), /** For how long the token opens. */ hours: z.number().int().min(1).max(720).default(24) });
/** `command` starts an agent that enrols as this node, as it is typed in a shell. The token is in this answer and nowhere else. */
export const reenrolOutput = z.object({ id: idSchema, name: z.string(), token: z.string(), command: z.string(), expiresAt: z.number() });

/** After how many days a node is asked for another key; null when only people ask. */
export const keyScheduleSchema = z.object({ days: z.number().int().min(1).max(3650).nullable() });
