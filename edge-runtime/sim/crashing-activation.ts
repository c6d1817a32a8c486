import fsPromises from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { Activator } from '../activation/activator.ts';
import { ArtefactStore } from '../activation/artefact-store.ts';
import { applyOfflineBundle } from '../activation/offline-bundle.ts';
import { TrustAnchor } from '../activation/trust.ts';
import { systemClock } from '../kernel/clock.ts';
import { desiredSchema } from '../protocol/index.ts';
import { plantCrash } from './power-cut.ts';

/**
 * A process that activates one bundle and kills itself, as `kill -9` would, at the n-th moment at which the disk is about
 * to change or has just changed. `--desired` is the file of a desired message, `--file` an offline bundle; without it only what the disk names comes up.
 * Prints `up G TEXT` whenever generation G runs, and ends when the generation of `--until` does, or with `--until staged` when something is,
 * with what changed the disk. With `--fate power` the disk loses what was not flushed. `--clock-ahead` is how many milliseconds its clock is ahead.
 */
const { values } = parseArgs({
  options: { folder: { type: 'string' }, source: { type: 'string' }, desired: { type: 'string' }, file: { type: 'string' }, 'kill-at': { type: 'string', default: '0' }, fate: { type: 'string', default: 'kill' }, until: { type: 'string', default: '0' }, 'clock-ahead': { type: 'string', default: '0' } },
});
const folder = values.folder ?? '';
const { changes, moment } = await plantCrash(folder, Number(values['kill-at']), values.fate === 'power' ? 'power' : 'kill');
const stopping = new AbortController();
const store = await ArtefactStore.open(join(folder, 'artefacts'));
const activator = await Activator.load({
  folder,
  store,
  trust: await TrustAnchor.load(folder),
  runtime: {
    build: async (bundle) => ({
      start: async () => {
        moment();
        process.stdout.write(`up ${bundle.generation} ${[...bundle.ruleTexts.values()].join('+')}\n`);
        if (bundle.generation === Number(values.until)) stopping.abort();
      },
      stop: async () => moment(),
    }),
  },
  source: () => (values.source === undefined ? undefined : { url: values.source, token: 'artefact-token' }),
  clock: { ...systemClock(), now: () => Date.now() + Number(values['clock-ahead']) },
  availableMemory: () => Number.POSITIVE_INFINITY,
  random: Math.random,
  logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  onChange: () => {
    if (values.until === 'staged' && activator.status.progress?.step === 'Staged') stopping.abort();
  },
  onTimeline: () => undefined,
  probationMs: 60_000,
  retry: { minMs: 5, maxMs: 10 },
});
const running = activator.run(stopping.signal);
if (values.desired !== undefined) await activator.accept(desiredSchema.parse(JSON.parse(await fsPromises.readFile(values.desired, 'utf8'))));
if (values.file !== undefined) await applyOfflineBundle({ activator, store, followKeys: async () => undefined }, values.file);
await running;
process.stdout.write(`changes ${changes.join(' ')}\n`);
