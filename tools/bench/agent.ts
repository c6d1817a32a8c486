import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkout } from '../environment.ts';
import { deployRules, publishRule } from './deploy.ts';
import { type ExampleStack, until } from './example-stack.ts';
import { type NodeMemory, memoryOf } from './memory.ts';
import { type Table, mebibytes, seconds, spreadOf } from './table.ts';

const coldStarts = 5;
const eventsPerSecond = 10_000;
const loadSeconds = 20;
const loadTopic = 'bench-readings';

/** Every reading scored by the example's model, on a topic of its own. */
const loadRule = `@app:name('bench-load')
@source(type='kafka', topic='${loadTopic}', @map(type='json'))
define stream Load (loop string, vibration1 double, vibration2 double, current double, pressure double, temperature double, thermocouple double, voltage double, flow double);
from Load#model:predict('pump-anomaly@champion', flow, vibration1, vibration2, current, pressure, temperature, thermocouple)
select loop, flow, score insert into LoadScored;
`;

/** Memory of a node that idles, runs the example, and works; and how long its agent takes from nothing to the first event. */
export async function measureAgent(example: ExampleStack): Promise<Table[]> {
  const idle = await peak(example, 10);
  await example.live();
  await until('three hundred readings have come in', async () => (((await example.metric('selvedge_source_received_total')) ?? 0) > 300 ? true : undefined), 200);
  const running = await peak(example, 30);

  const starts: number[] = [];
  for (let count = 0; count < coldStarts; count += 1) starts.push(await coldStart(example));
  const start = spreadOf(starts);

  await deployRules(example, [{ name: 'valve-watch', version: 1 }, { name: 'bench-load', version: await publishRule(example, 'bench-load', loadRule) }]);
  const loaded = await underLoad(example);
  const memory = (state: string, { agent, redis }: NodeMemory) => [state, mebibytes(agent), mebibytes(redis), mebibytes(agent + redis)];
  return [
    {
      title: 'Agent: memory',
      about: 'The highest of what was seen, each shared page counted in parts (PSS). The aim is 150 MiB with Redis. Redis holds the events of the retention, so it grows with what it is asked to keep.',
      columns: ['state', 'agent', 'Redis', 'together'],
      rows: [
        memory('joined, nothing to run', idle),
        memory('the example: 30 events/s through its rule and model', running),
        memory(`the example and ${eventsPerSecond.toLocaleString('en')} events/s through a model for ${loadSeconds} s, every event stored`, loaded),
      ],
    },
    {
      title: 'Agent: cold start',
      about: `From starting the process, with the bundle and the store on its disk, until it has taken the first event from Kafka; ${coldStarts} times. The aim is 2 s.`,
      columns: ['median', 'worst'],
      rows: [[seconds(start.median), seconds(start.max)]],
    },
  ];
}

async function coldStart({ node, metric }: ExampleStack): Promise<number> {
  await node.stop();
  const from = performance.now();
  const up = node.start();
  await until('the agent has taken an event', async () => (((await metric('selvedge_source_received_total')) ?? 0) > 0 ? true : undefined));
  const took = performance.now() - from;
  await up;
  return took;
}

async function underLoad(example: ExampleStack): Promise<NodeMemory> {
  const options = { brokers: example.stack.brokers.join(','), topic: loadTopic, events: eventsPerSecond * loadSeconds, eventsPerMessage: 100, rate: eventsPerSecond };
  const load = spawn(process.execPath, [path.join(checkout, 'edge-runtime/bench/path/load.ts'), JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit'] });
  const over = once(load, 'exit');
  const memory = await peak(example, loadSeconds);
  const [code] = await over;
  if (code !== 0) throw new Error(`the load ended with ${code}`);
  return memory;
}

/** The most that the node takes at one moment of a time, looked at twice a second. */
async function peak({ node }: ExampleStack, forSeconds: number): Promise<NodeMemory> {
  let most: NodeMemory = { agent: 0, redis: 0 };
  for (let look = 0; look < forSeconds * 2; look += 1) {
    const now = memoryOf(node.pid);
    if (now.agent + now.redis > most.agent + most.redis) most = now;
    await delay(500);
  }
  return most;
}
