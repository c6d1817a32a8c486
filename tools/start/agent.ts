import path from 'node:path';
import { parseArgs } from 'node:util';
import { stateFolder } from '../environment.ts';
import { startAgent } from '../services/agent.ts';
import { freePort } from '../services/port.ts';
import { ServiceError } from '../services/service.ts';
import { runSession } from './session.ts';

/** `npm run agent -- --name N --link URL [--token T] [--gateway-port P] [--folder F]`: one more node on this machine. */
await runSession(async ({ steps, print, keep, untilEnd }) => {
  const { values } = parseArgs({
    options: { name: { type: 'string' }, link: { type: 'string' }, token: { type: 'string' }, folder: { type: 'string' }, 'gateway-port': { type: 'string' } },
  });
  const { name, link, token } = values;
  if (name === undefined || link === undefined || !/^[a-z0-9][a-z0-9._-]{0,62}$/i.test(name)) {
    throw new ServiceError('usage: npm run agent -- --name NAME --link URL [--token TOKEN] [--folder FOLDER] [--gateway-port PORT]');
  }
  const gatewayPort = values['gateway-port'] === undefined ? await freePort() : Number(values['gateway-port']);
  const folder = path.resolve(values.folder ?? path.join(stateFolder, 'agents', name));
  const start = () => startAgent({ name, link, folder, gatewayPort, ...(token === undefined ? {} : { token }) });
  const agent = await steps.run('agent', start, ({ url, fingerprint }) => `${name}, gateway at ${url}, fingerprint ${fingerprint ?? 'in its log'}`);
  print(token === undefined ? `It asks to join at ${link}: approve it there under Enrolment, if it is new. Ctrl-C stops it.` : 'Ctrl-C stops it.');
  keep('The agent', agent, start);
  return untilEnd();
}, 0);
