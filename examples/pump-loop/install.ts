/**
 * Publishes the example and deploys it, over the public API, as any integrator would.
 *
 *     node examples/pump-loop/install.ts --url http://localhost:3000 --token TOKEN --brokers localhost:9092 --selector site=pump-house
 *
 * `--token -` reads the token from standard input, where nobody else on the machine can see it. It needs the scopes
 * models:write, rules:write, fleets:write and deployments:write. Running it again changes nothing.
 */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Api, ApiError, fieldAt, itemsOf, textAt } from './api.ts';

/** The control plane is well, and the example has no place in what it finds there. */
class CannotInstall extends Error {
  override readonly name = 'CannotInstall';
}

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://localhost:3000' },
    token: { type: 'string' },
    brokers: { type: 'string', default: 'localhost:9092' },
    selector: { type: 'string', default: '*' },
    fleet: { type: 'string', default: 'pump-loop' },
  },
});
if (options.token === undefined) throw new Error('--token is missing: make one under Settings, API tokens');

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const model = 'pump-anomaly';
const rule = 'valve-watch';
const api = new Api(options.url, options.token === '-' ? (await text(process.stdin)).trim() : options.token);

try {
  const version = (await exists(`/models/${model}`)) ? undefined : await publishModel();
  if (version !== undefined) await api.call('PUT', `/models/${model}/aliases/champion`, { version });
  const ruleVersion = await publishRule();
  const fleet = await findFleet();
  await deploy(fleet, ruleVersion);
} catch (error) {
  // What the API said is for whoever installs the example; anything else is a defect and shows its stack.
  if (!(error instanceof ApiError) && !(error instanceof CannotInstall)) throw error;
  process.stderr.write(`The example cannot be installed. ${error.message}\n`);
  process.exit(1);
}

async function exists(path: string): Promise<boolean> {
  try {
    await api.call('GET', path);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}

async function publishModel(): Promise<number> {
  const columns = ['flowShift', 'vibration1Shift', 'vibration2Shift', 'currentShift', 'pressureShift', 'temperatureShift', 'thermocoupleShift'];
  const upload = await api.upload(here('pump-anomaly.onnx'));
  return Number(textAt(await api.call('POST', '/models', { name: model, upload, columns, note: 'Trained on simulated pump loops' }), 'version'));
}

/** The version that has this text: the newest, or one that is published now. */
async function publishRule(): Promise<number> {
  const text = await readFile(here('valve-watch.siddhi'), 'utf8');
  if (await exists(`/rules/${rule}`)) {
    const versions: unknown = Reflect.get(Object(await api.call('GET', `/rules/${rule}`)), 'versions');
    const newest = Array.isArray(versions) ? Number(fieldAt(versions[0], 'version') ?? 0) : 0;
    if (newest > 0 && textAt(await api.call('GET', `/rules/${rule}/versions/${newest}`), 'text') === text) return newest;
  }
  return Number(textAt(await api.call('POST', '/rules', { name: rule, text, note: 'As it comes with Selvedge' }), 'version'));
}

async function findFleet(): Promise<string> {
  const found = itemsOf(await api.call('GET', `/fleets?query=${encodeURIComponent(options.fleet)}`)).find((item) => fieldAt(item, 'name') === options.fleet);
  if (found !== undefined) return textAt(found, 'id');
  return textAt(await api.call('POST', '/fleets', { name: options.fleet, selector: options.selector, settings: { connectors: { kafka: { brokers: options.brokers } } } }), 'id');
}

async function deploy(fleetId: string, newest: number): Promise<void> {
  const plan = await api.call('POST', '/deployment-plans', { fleet: fleetId, rules: [{ name: rule, version: newest }] });
  const violations: unknown = Reflect.get(Object(plan), 'violations');
  const blocking = (Array.isArray(violations) ? violations : []).filter((violation: unknown) => Reflect.get(Object(violation), 'blocks') === true);
  if (blocking.length > 0) {
    const reasons = blocking.map((violation: unknown) => fieldAt(violation, 'message') ?? 'for a reason it does not name').join(' ');
    throw new CannotInstall(`The fleet “${options.fleet}” was there before and cannot run it: ${reasons} Mend the fleet, or install into another with --fleet NAME --selector SELECTOR.`);
  }
  const changes: unknown = Reflect.get(Object(plan), 'changes');
  if (Array.isArray(changes) && changes.length === 0) return;
  await api.call('POST', '/deployments', { planHash: textAt(plan, 'hash'), note: 'The example' });
}
