import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildAgentProgram } from '../../tools/services/agent-program.ts';
import { bundleOf } from '../sim/path-fixture.ts';
import { AgentProcess, pause } from '../sim/agent-process.ts';
import { SimulatedControlPlane } from '../sim/control-plane.ts';
import { agentProgram } from './launch.ts';

const model = join(import.meta.dirname, '../infer/fixtures/weighted-sum.onnx');
const rule = `
@source(type='http', path='/readings', @map(type='json'))
define stream Readings (a double);
from Readings#model:predict('sum@champion', a, 1.0, 1.0) select a, score insert into Sums;
`;

test('the built agent finds its threads and its model runtime, and runs what it is told', { timeout: 180_000 }, async () => {
  await buildAgentProgram();
  const folder = await mkdtemp(join(tmpdir(), 'selvedge-built-'));
  const controlPlane = await new SimulatedControlPlane().listen();
  const agent = await AgentProcess.start({ folder, program: agentProgram, link: controlPlane.url });
  try {
    const { manifest } = await bundleOf({ sums: rule }, { sum: { path: model } });
    const session = await controlPlane.until(() => controlPlane.latest?.received.some(({ type }) => type === 'report') && controlPlane.latest);
    const artefacts = { rules: manifest.rules.map((one) => ({ ...one, ...controlPlane.publish(rule) })), models: await Promise.all(manifest.models.map(async (one) => ({ ...one, ...controlPlane.publish(await readFile(model)) }))) };
    session.send(controlPlane.desired({ ...manifest, ...artefacts, organization: controlPlane.organization }, 1));
    await controlPlane.until(() => session.received.find((message) => message.type === 'report' && (message.sync === 'Synced' || message.sync === 'Failed')));
    expect(session.received.findLast(({ type }) => type === 'report')).toMatchObject({ sync: 'Synced' });
    while ((await agent.call('/v1/ingest/readings', { method: 'POST', body: JSON.stringify({ a: 1 }) })).status !== 202) await pause();
    const sums = async (): Promise<unknown> => (await agent.call('/v1/streams/sums%2FSums/events')).body;
    while (!JSON.stringify(await sums()).includes('"score"')) await pause();
    expect(await sums()).toMatchObject({ events: [{ data: { a: 1, score: expect.any(Number) } }] });
  } finally {
    await agent.stop();
    await controlPlane.close();
    await rm(folder, { recursive: true });
  }
});
