import { homedir } from 'node:os';
import path from 'node:path';

/** The checkout that these tools belong to. */
export const checkout = path.resolve(import.meta.dirname, '..');

/** Everything that `npm start` keeps, in one ignored folder; removing it is how one starts from nothing. */
export const stateFolder = path.join(checkout, '.selvedge');

/** What the tools take from the environment, read in this one place. An empty variable counts as absent. */
export const environment = {
  /** A Postgres to use in place of the embedded one. */
  databaseUrl: read('DATABASE_URL'),
  /** Kafka brokers to use in place of our own, as `host:port,host:port`. */
  kafkaBrokers: read('KAFKA_BROKERS'),
  /** The console's port. Without it, the one remembered in the state folder, or the first free one. */
  port: read('PORT'),
  /** The folder of the recordings that a benchmark replays, when it is not told another. */
  recordings: read('SELVEDGE_RECORDINGS'),
  /** What is fetched once for all checkouts of this user: today the broker's jars. */
  cacheFolder: path.join(read('XDG_CACHE_HOME') ?? path.join(homedir(), '.cache'), 'selvedge'),
  /** Where `selvedge login` keeps its profile. */
  configFolder: path.join(read('XDG_CONFIG_HOME') ?? path.join(homedir(), '.config'), 'selvedge'),
  /** The control plane that the command line speaks to, and the token it speaks with, in place of the kept ones. */
  url: read('SELVEDGE_URL'),
  token: read('SELVEDGE_TOKEN'),
  /** Of the key that somebody signs with on the command line. */
  keyPassphrase: read('SELVEDGE_KEY_PASSPHRASE'),
  /** What tools/launch.mjs did about the packages before it started us, as JSON. */
  packages: read('SELVEDGE_PACKAGES'),
  /** Where commands are looked for. */
  searchPath: (read('PATH') ?? '').split(path.delimiter),
};

/** The environment that a program we start inherits, with what it needs besides. */
export function inheritedEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { ...process.env, ...more };
}

function read(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value === '' ? undefined : value;
}
