import { z } from 'zod';

/** What the fleet's simulator asks of a crew; each order is answered with the crew's tally. */
export const orderSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('join'), url: z.string(), tokens: z.array(z.string()).min(1), first: z.number().int(), count: z.number().int(), perSecond: z.number(), telemetryMs: z.number(), activationMs: z.number() }),
  z.object({ do: z.literal('flap'), share: z.number().min(0).max(1), everyMs: z.number(), awayMs: z.number() }),
  z.object({ do: z.literal('calm') }),
  z.object({ do: z.literal('restart-tally') }),
  z.object({ do: z.literal('look') }),
]);
export type Order = z.infer<typeof orderSchema>;

/** A control plane's enrolment token opens for at most as many nodes. */
export const nodesPerToken = 10_000;
