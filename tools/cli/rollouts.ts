import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';
import { find, kindOf } from './kinds.ts';

const pollMs = 1000;
/** As long as a control plane takes to start again, or a balancer to find another. */
const silenceMs = 120_000;
const nodesSchema = z.looseObject({ total: z.number(), running: z.number(), applying: z.number(), staged: z.number().default(0), failed: z.number(), offline: z.number(), toCome: z.number() });
const deploymentSchema = z.looseObject({ id: z.string(), state: z.string(), nodes: nodesSchema, wave: z.looseObject({ index: z.number(), of: z.number() }) });
export type Deployment = z.infer<typeof deploymentSchema>;

type Act = (client: ApiClient, id: string, body: object) => Promise<unknown>;
/** What a person does to a rollout, by the word for it. */
export const rolloutActions = {
  pause: (client, id, body) => client.send('POST', `/deployments/${id}/pause`, body),
  resume: (client, id, body) => client.send('POST', `/deployments/${id}/resume`, body),
  abort: (client, id, body) => client.send('POST', `/deployments/${id}/cancel`, body),
  undo: (client, id, body) => client.send('POST', `/deployments/${id}/roll-back`, body),
  retry: (client, id, body) => client.send('POST', `/deployments/${id}/retry-failed`, body),
  allow: (client, id, body) => client.send('POST', `/deployments/${id}/allow`, body),
} satisfies Record<string, Act>;

/** A deployment by its id, or the newest of a fleet by the fleet's name. */
export async function findDeployment(client: ApiClient, written: string): Promise<string> {
  return (await find(client, kindOf('deployment'), written)).id;
}

export async function readDeployment(client: ApiClient, id: string): Promise<Deployment> {
  return deploymentSchema.parse(await client.get(`/deployments/${id}`));
}

export function statusLine({ state, nodes, wave }: Deployment): string {
  const parts = [`${nodes.running} of ${nodes.total} running`, ...(['applying', 'staged', 'failed', 'offline', 'toCome'] as const).flatMap((key) => (nodes[key] === 0 ? [] : [`${nodes[key]} ${key === 'toCome' ? 'to come' : key}`]))];
  return `${state}: wave ${Math.min(wave.index + 1, wave.of)} of ${wave.of}, ${parts.join(', ')}`;
}

const looksSchema = z.looseObject({
  waves: z.array(z.looseObject({ index: z.number(), looks: z.array(z.looseObject({ look: z.number(), verdicts: z.array(z.looseObject({ outcome: z.string(), message: z.string() })) })) })),
});

/** What gates found, a line a gate, in the order of waves and looks. */
export async function gateLines(client: ApiClient, id: string): Promise<string[]> {
  const { waves } = looksSchema.parse(await client.get(`/deployments/${id}`));
  return waves.flatMap(({ index, looks }) => looks.toReversed().flatMap(({ look, verdicts }) => verdicts.map(({ outcome, message }) => `wave ${index + 1}, look ${look}: ${outcome}: ${message}`)));
}

const lookSchema = z.looseObject({ replayed: z.boolean(), verdicts: z.array(z.looseObject({ outcome: z.string(), message: z.string() })) });

/** What gates found in one look, with the evidence that they judged by, both counted from 1. */
export async function readLook(client: ApiClient, id: string, wave: number, look: number): Promise<z.infer<typeof lookSchema>> {
  return lookSchema.parse(await client.get(`/deployments/${id}/waves/${wave - 1}/looks/${look}`));
}

const plannedNodeSchema = z.looseObject({ name: z.string(), wave: z.number(), bytes: z.number(), offline: z.boolean(), changes: z.array(z.looseObject({ kind: z.string(), name: z.string(), from: z.string().nullable(), to: z.string().nullable() })) });

/** What a plan changes on each of its nodes. */
export async function planNodeLines(client: ApiClient, plan: string): Promise<string[]> {
  const nodes = (await client.list(`/deployment-plans/${plan}/nodes`)).map((one) => plannedNodeSchema.parse(one));
  return nodes.map(({ name, wave, bytes, offline, changes }) => `node ${name}, wave ${wave + 1}, ${bytes} bytes${offline ? ', not connected' : ''}: ${changes.map((one) => `${one.kind} ${one.name} ${one.from ?? '-'} -> ${one.to ?? '-'}`).join(', ') || 'nothing changes'}`);
}

const spreadSchema = z.looseObject({ median: z.number(), p90: z.number() });
const rehearsalSchema = z.looseObject({
  runs: z.number(),
  ends: z.array(z.looseObject({ state: z.string(), runs: z.number(), message: z.string() })),
  seconds: spreadSchema,
  leftBehind: z.looseObject({ offline: z.number(), failed: z.number() }),
  gates: z.array(z.looseObject({ gate: z.looseObject({ metric: z.string() }), noticesFrom: z.number().nullable() })),
  assumptions: z.array(z.string()),
});

/** How a plan's rollout goes when it is played against twins of its nodes, for people. */
export async function rehearsalLines(client: ApiClient, plan: string): Promise<string[]> {
  const { runs, ends, seconds, leftBehind, gates, assumptions } = rehearsalSchema.parse(await client.send('POST', `/deployment-plans/${plan}/rehearsal`));
  return [
    ...ends.map((end) => `${end.state} in ${end.runs} of ${runs} rehearsals${end.message === '' || end.state === 'Succeeded' ? '' : `: ${end.message}`}`),
    `done in ${seconds.median} s, nine times of ten within ${seconds.p90} s; left behind: ${leftBehind.offline} not connected, ${leftBehind.failed} failed`,
    ...gates.map(({ gate, noticesFrom }) => (noticesFrom === null ? `the gate on ${gate.metric} could not stop the first wave` : `the gate on ${gate.metric} would stop the first wave from ${Number(noticesFrom.toPrecision(2))} times control on`)),
    ...assumptions.map((assumption) => `(${assumption})`),
  ];
}

/**
 * Follows a deployment until it is over or stops; tells each change. Answers how it ended, or undefined when time ran out. A control plane that
 * does not answer for a while is asked again: rollouts outlive its restarts, and so does whoever waits for one.
 */
export async function follow(client: ApiClient, id: string, timeoutMs: number, tell: (line: string) => void): Promise<Deployment | undefined> {
  const deadline = performance.now() + timeoutMs;
  let silentSince: number | undefined;
  for (let last = ''; performance.now() <= deadline || last === ''; await wait(pollMs)) {
    const deployment = await readDeployment(client, id).catch((error: unknown) => {
      const now = performance.now();
      silentSince ??= now;
      if (!(error instanceof CliError) || error.exitCode !== exitCodes.unreachable || now - silentSince > silenceMs || now > deadline) throw error;
      return undefined;
    });
    if (deployment === undefined) continue;
    silentSince = undefined;
    const line = statusLine(deployment);
    if (line !== last) tell((last = line));
    if (!['Progressing', 'RollingBack'].includes(deployment.state)) return deployment;
  }
  return undefined;
}
