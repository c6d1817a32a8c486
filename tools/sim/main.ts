import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { describeMachine, markdownOf, mebibytes, type Table } from '../bench/table.ts';
import { stopAll } from '../services/owned-process.ts';
import { ServiceError } from '../services/service.ts';
import { buildConsole, generateDatabaseClient } from '../start/build.ts';
import { runSession } from '../start/session.ts';
import { type Act, type ActOptions, acts } from './acts.ts';
import type { Reading } from './meters.ts';
import { Probe } from './probe.ts';
import { setStage, type Stage } from './stage.ts';

const optionsSchema = z.object({
  nodes: z.coerce.number().int().min(1).max(100_000).default(1_000),
  crews: z.coerce.number().int().min(1).max(16).default(2),
  joins: z.coerce.number().int().min(1).max(5_000).default(40),
  telemetry: z.coerce.number().min(1).max(600).default(30),
  watch: z.coerce.number().min(5).max(3_600).default(60),
});
const usage = 'usage: npm run sim:fleet -- [--nodes N] [--crews PROCESSES] [--joins A_SECOND] [--telemetry SECONDS] [--watch SECONDS]';

/**
 * `npm run sim:fleet -- --nodes N`: thousands of nodes' real protocol over real WebSockets against a real control plane on a
 * real Postgres, through what happens to a fleet: they join, stand, are given new desired states, lose the control plane,
 * flap. Prints what each took of the machine, and whether the API answered meanwhile.
 */
await runSession(async ({ print, steps }) => {
  const text = { type: 'string' } as const;
  const parsed = optionsSchema.safeParse(parseArgs({ options: { nodes: text, crews: text, joins: text, telemetry: text, watch: text } }).values);
  if (!parsed.success) throw new ServiceError(`${parsed.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`).join('; ')}\n${usage}`);
  const { nodes, crews, joins, telemetry, watch } = parsed.data;
  const options: ActOptions = { nodes, crews, joinsPerSecond: joins, telemetryMs: telemetry * 1000, watchMs: watch * 1000 };
  await steps.run('database client', generateDatabaseClient, (made) => (made ? 'written' : 'in place'));
  await steps.run('console', buildConsole, (made) => (made ? 'built' : 'in place'));
  const folder = await mkdtemp(path.join(tmpdir(), 'selvedge-sim-'));
  const stage = await steps.run('control plane', () => setStage(folder, nodes, crews), ({ url }) => url);
  const rows: string[][] = [];
  try {
    for (const act of acts) rows.push(await steps.run(act.name, () => measured(stage, act, options), (row) => row[1] ?? ''));
    for (const { query, calls, totalMs } of await stage.meters.dearest(8)) print(`${String(totalMs).padStart(8)} ms  ${String(calls).padStart(8)} calls  ${query.slice(0, 160)}`);
  } finally {
    stage.crews.end();
    await stage.meters.close();
    await stopAll();
    await rm(folder, { recursive: true, force: true });
  }
  print([describeMachine(), '', markdownOf(tableOf(nodes, crews, rows))].join('\n'));
  return 0;
});

async function measured(stage: Stage, { name, play, isUnasked }: Act, options: ActOptions): Promise<string[]> {
  const probe = isUnasked === true ? undefined : new Probe(stage.api);
  const before = await stage.meters.read();
  const outcome = await play(stage, options);
  const after = await stage.meters.read();
  const answers = probe?.end();
  const seconds = (after.at - before.at) / 1000;
  const taken = (part: keyof Reading['cpu']): number => Math.max(0, after.cpu[part] - before.cpu[part]);
  const cores = (part: keyof Reading['cpu']): string => (taken(part) / seconds).toFixed(2);
  const aNode = (part: keyof Reading['cpu']): string => ((taken(part) / options.nodes) * 1000).toFixed(1);
  return [
    name,
    outcome,
    cores('controlPlane'),
    cores('postgres'),
    cores('nodes'),
    `${aNode('controlPlane')} / ${aNode('postgres')} / ${aNode('nodes')}`,
    mebibytes(after.memory.controlPlane),
    mebibytes(after.memory.postgres),
    String(Math.round((after.statements - before.statements) / seconds)),
    answers === undefined ? '' : `${Math.round(answers.medianMs)} / ${Math.round(answers.maxMs)} ms${answers.failures === 0 ? '' : `, ${answers.failures} failed`}`,
  ];
}

function tableOf(nodes: number, crews: number, rows: readonly (readonly string[])[]): Table {
  return {
    title: `A fleet of ${nodes} nodes`,
    about: `Simulated nodes in ${crews} processes, control plane and Postgres share the machine. Cores are processor seconds a second, milliseconds a node what of the processor the act took for each; memory is PSS at the end of the act; the API is asked twice a second for nodes, fleets and deployments.`,
    columns: ['act', 'outcome', 'cores: control plane', 'Postgres', 'nodes', 'ms a node: control plane / Postgres / nodes', 'memory: control plane', 'Postgres', 'statements/s', 'API median / worst'],
    rows,
  };
}
