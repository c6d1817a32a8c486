import { z } from 'zod';
import { attributeValueSchema } from '../protocol/index.ts';
import type { GatewayBackend } from './backend.ts';
import { failAsk } from './failures.ts';
import { nothing, readJson, requirePath } from './node-operations.ts';
import { type Operation, operation, parseInput } from './operation.ts';

const askSchema = z.object({ query: z.string().min(1).max(16_384).describe("An on-demand query of SiddhiQL that reads: `from Table on condition select …`, over tables, named windows and aggregations.") });

/** What is asked of a rule itself: what it holds in memory at this moment. */
export function ruleOperations(backend: GatewayBackend): Operation[] {
  return [
    operation({
      id: 'askRule', method: 'POST', path: '/v1/rules/{rule}/query', open: false, summary: 'Read the tables, named windows and aggregations of a rule', bodyBytesMax: 65_536,
      parameters: z.object({ rule: z.string().max(128) }), query: nothing,
      requestBody: { contentType: 'application/json', schema: askSchema },
      responses: { 200: { description: 'At most 1000 rows, as they are now.', schema: z.object({ attributes: z.array(z.object({ name: z.string(), type: z.string() })), rows: z.array(z.array(attributeValueSchema)) }) } },
      errors: ['InvalidInput', 'RuleNotFound', 'QueryInvalid', 'BodyTooLarge', 'NotRunning'],
      handle: async ({ parameters, body }) => {
        const { query } = parseInput(askSchema, readJson(body));
        const reply = await requirePath(backend).ask(parameters.rule, query);
        return reply.ok ? { status: 200, body: { attributes: reply.attributes, rows: reply.rows } } : failAsk(reply);
      },
    }),
  ];
}
