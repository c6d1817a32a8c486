import { parseArgs } from 'node:util';
import { TrustAnchor } from '../activation/trust.ts';
import { KeyRotation } from '../host/key-rotation.ts';
import { NodeKeys } from '../link/identity.ts';
import { defaultLinkTimings, LinkClient } from '../link/link-client.ts';
import { plantCrash } from './power-cut.ts';

/**
 * A process that connects as a node, changes its key when it is asked to, and ends at the n-th moment at which the disk is about to
 * change or has just changed. Prints `welcome KEY` for each welcome and `changed KEY` when it has another key, and then goes.
 */
const { values } = parseArgs({ options: { folder: { type: 'string' }, link: { type: 'string' }, 'kill-at': { type: 'string', default: '0' }, fate: { type: 'string', default: 'kill' }, until: { type: 'string', default: 'changed' } } });
const folder = values.folder ?? '';
const crash = await plantCrash(folder, Number(values['kill-at']), values.fate === 'power' ? 'power' : 'kill');
const stopping = new AbortController();
const keys = await NodeKeys.load(folder);
const trust = await TrustAnchor.load(folder);
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const rotation = new KeyRotation({
  keys,
  trust,
  send: (newKey) => {
    crash.moment();
    client.send(newKey);
  },
  followKeys: async () => undefined,
  note: () => undefined,
  logger,
});
const say = (word: string): void => {
  process.stdout.write(`${word} ${keys.publicKey}\n`);
  if (word === values.until) stopping.abort();
};
const changeOver = async (taken: Parameters<KeyRotation['taken']>[0]): Promise<boolean> => {
  const changed = await rotation.taken(taken);
  crash.moment();
  if (changed) say('changed');
  return changed;
};
let instructions = Promise.resolve();
const inOrder = (work: () => Promise<unknown>): void => {
  instructions = instructions.then(work).then(() => undefined);
};
const client = new LinkClient({
  url: values.link ?? '',
  identity: keys,
  hello: () => ({ agentVersion: '0', name: 'n1', labels: {}, facts: { hostname: 'h', platform: 'linux', architecture: 'x64', cores: 1, memoryBytes: 1, nodeVersion: '24' }, instance: 'instance-1' }),
  onWelcome: (welcome) =>
    inOrder(async () => {
      await trust.pin(welcome, 1);
      await trust.knownBy(keys.publicKey);
      say('welcome');
    }),
  onInstruction: (instruction) =>
    inOrder(async () => {
      if (instruction.type === 'keyTaken') await changeOver(instruction);
      if (instruction.type === 'rotateKey') await rotation.answer();
    }),
  onKeyTaken: changeOver,
  onState: () => undefined,
  timings: { ...defaultLinkTimings, reconnect: { minMs: 1, maxMs: 5 }, refused: { minMs: 60_000, maxMs: 60_000 } },
  logger,
  now: () => Date.now(),
  random: Math.random,
});
await client.run(stopping.signal);
process.stdout.write(`changes ${crash.changes.join(' ')}\n`);
