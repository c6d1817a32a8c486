import { z } from 'zod';

/** An identity made by the control plane: opaque to everyone else, sortable by time of making. */
export const idSchema = z.string().min(1).max(64);

/** Where a list continues: what the previous page returned as `nextCursor`, unchanged. */
export const cursorSchema = z.string().min(1).max(512);

/** What every list takes; the noun adds its filters and its `sort`. */
export const pageInput = z.object({ cursor: cursorSchema.optional(), limit: z.number().int().min(1).max(200).default(50) });

/** What every list returns. `total` counts everything that matches, not this page. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable(), total: z.number().int().min(0) });
}

/** Whether the asking person may do something to this row now and, if not, the sentence that says why. */
export const permissionSchema = z.object({ allowed: z.boolean(), reason: z.string().optional() });
export type Permission = z.infer<typeof permissionSchema>;

const nul = String.fromCharCode(0);

/** Whether a column of the database can hold the text: not with a NUL in it, nor with half of a character. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes(nul);
}

export const storableFault = 'This text has a character in it that cannot be kept: NUL, or half of a character.';
/** Text from a person or a program that reaches no procedure, which would have refused what cannot be kept. */
export const storableString = z.string().refine(isStorable, storableFault);
