import type { Labels } from '@selvedge/edge-runtime/protocol';
import type { Deps } from '../../kernel/deps.ts';

/** Approved nodes that have never connected, in one statement, for what needs more of them than can be enrolled in a test. They are in no fleet yet. */
export async function createNodes(deps: Deps, organizationId: string, count: number, labels: Labels, name = 'node'): Promise<string[]> {
  const rows = await deps.db.$queryRaw<{ id: string }[]>`
    INSERT INTO nodes (id, "organizationId", name, "publicKey", fingerprint, labels, facts, "agentVersion", "enrolledAt", "healthSince", "syncSince")
    SELECT ${`${organizationId}-${name}-`} || i, ${organizationId}, ${`${name}-`} || i, ${`${organizationId}-${name}-key-`} || i, 'fingerprint', ${JSON.stringify(labels)}::jsonb,
      '{"hostname":"test","platform":"linux","architecture":"x64","cores":2,"memoryBytes":1024,"nodeVersion":"24.0.0"}'::jsonb, '0.3.0', now(), now(), now()
    FROM generate_series(1, ${count}::int) AS i RETURNING id`;
  await deps.db.$executeRaw`ANALYZE nodes`;
  return rows.map(({ id }) => id);
}
