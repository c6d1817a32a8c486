import { z } from 'zod';

export const searchInput = z.object({ query: z.string().trim().min(1).max(100) });

export const searchHitSchema = z.object({
  kind: z.enum(['node', 'fleet', 'rule', 'model', 'deployment', 'repository']),
  id: z.string(),
  name: z.string(),
  /** A few words that tell two hits of one name apart. */
  detail: z.string(),
});
export const searchOutput = z.array(searchHitSchema).max(20);

export type SearchHit = z.infer<typeof searchHitSchema>;
