import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Api, fieldAt, itemsOf, textAt } from '../examples/pump-loop/api.ts';
import type { Stack } from './stack.ts';

const example = path.resolve(import.meta.dirname, '../examples/pump-loop');
const scopes = ['nodes:read', 'nodes:write', 'fleets:read', 'fleets:write', 'rules:read', 'rules:write', 'models:read', 'models:write', 'deployments:read', 'deployments:write', 'detections:read', 'alerts:read', 'alerts:write', 'settings:read', 'settings:write', 'audit:read', 'repositories:read', 'repositories:write'];

/** The public API for the length of a file of tests. */
export async function apiOf(stack: Stack): Promise<Api> {
  return new Api(stack.url, await stack.grant({ kind: 'api-token', name: 'Tests', scopes, minutes: 60 }));
}

/**
 * What pages need to have something to show: the example's fleet, model and rule. A story that ran before on the same stack has
 * left its own, which is as good; after one that failed there is a new stack with nothing in it.
 */
export async function prepareGround(api: Api): Promise<{ fleet: string }> {
  if (!(await exists(api, '/models', 'pump-anomaly'))) {
    const columns = ['flowShift', 'vibration1Shift', 'vibration2Shift', 'currentShift', 'pressureShift', 'temperatureShift', 'thermocoupleShift'];
    await api.call('POST', '/models', { name: 'pump-anomaly', upload: await api.upload(path.join(example, 'pump-anomaly.onnx')), columns, note: 'For the tests' });
  }
  await api.call('PUT', '/models/pump-anomaly/aliases/champion', { version: 1 });
  if (!(await exists(api, '/rules', 'valve-watch'))) await api.call('POST', '/rules', { name: 'valve-watch', text: await readFile(path.join(example, 'valve-watch.siddhi'), 'utf8'), note: 'For the tests' });
  return { fleet: await ensureFleet(api, 'pump-loop', '*') };
}

/** The id of the fleet of that name, made with the selector if there is none. */
export async function ensureFleet(api: Api, name: string, selector: string): Promise<string> {
  const found = itemsOf(await api.call('GET', `/fleets?query=${name}`)).find((item) => fieldAt(item, 'name') === name);
  return textAt(found ?? (await api.call('POST', '/fleets', { name, selector })), 'id');
}

async function exists(api: Api, list: string, name: string): Promise<boolean> {
  return itemsOf(await api.call('GET', `${list}?query=${name}`)).some((item) => fieldAt(item, 'name') === name);
}
