import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { inspectModel } from '../infer/inspect.ts';
import { countOf, settingsSchema } from '../protocol/index.ts';
import { AgentProcess, pause } from '../sim/agent-process.ts';
import { SimulatedControlPlane } from '../sim/control-plane.ts';

const rule = `
@app:name('watch')
@source(type='http', path='/readings', @map(type='json'))
define stream Readings (flow double, peak double);
from Readings#model:predict('sum@champion', flow, 1.0, peak) select flow, score insert into Scored;
`;
const file = fileURLToPath(new URL('../infer/fixtures/weighted-sum.onnx', import.meta.url));

test('predictions of a model on a node arrive as spreads of its inputs and outputs', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'selvedge-agent-'));
  const controlPlane = await new SimulatedControlPlane().listen();
  const agent = await AgentProcess.start({ folder, link: controlPlane.url });
  try {
    const inspection = await inspectModel(file);
    if (!inspection.ok) throw new Error(inspection.message);
    const signature = { ...inspection.signature, columns: ['flow', 'one', 'peak'] };
    const model = { name: 'sum', version: 3, signature, ...controlPlane.publish(await readFile(file)) };
    const session = await controlPlane.until(() => controlPlane.latest?.received.some(({ type }) => type === 'report') && controlPlane.latest);
    const settings = settingsSchema.parse({ telemetryIntervalMs: 250 });
    session.send(controlPlane.desired({ schema: 'selvedge.bundle/1', organization: controlPlane.organization, rules: [{ name: 'watch', version: 1, ...controlPlane.publish(rule) }], models: [model], references: { 'sum@champion': { model: 'sum', version: 3 } }, settings }, 1));
    await controlPlane.until(() => controlPlane.latest?.received.findLast((message) => message.type === 'report' && message.sync === 'Synced'));
    const readings = Array.from({ length: 40 }, (_, index) => ({ flow: index % 4, peak: 2 }));
    while ((await agent.call('/v1/ingest/readings', { method: 'POST', body: JSON.stringify(readings) })).status !== 202) await pause();
    const spreads = () => controlPlane.all('telemetry').flatMap(({ telemetry }) => telemetry.models).flatMap(({ spreads: told = [] }) => told);
    const seen = (): number => spreads().filter(({ side }) => side === 'output').reduce((sum, spread) => sum + countOf(spread), 0);
    await controlPlane.until(() => seen() === readings.length);
    const told = controlPlane.all('telemetry').flatMap(({ telemetry }) => telemetry.models).find((use) => use.spreads !== undefined);
    expect(told).toMatchObject({ name: 'sum', version: 3 });
    expect(told?.spreads?.map(({ side, attribute, bins }) => [side, attribute, bins.length])).toEqual([['output', 'score', 4], ['input', 'flow', 4], ['input', 'one', 1], ['input', 'peak', 1]]);
  } finally {
    await agent.stop();
    await controlPlane.close();
    await rm(folder, { recursive: true });
  }
});
