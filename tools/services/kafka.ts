import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { environment } from '../environment.ts';
import { CommandFailed, runCommand } from './command.ts';
import { type NeededProgram, ensureDebianPackages } from './debian.ts';
import { endLeftover, makeFolder, serve, startProcess, whenReady } from './owned-process.ts';
import { freePort, requirePort } from './port.ts';
import { type Service, ServiceError, type ServiceOptions } from './service.ts';

const pom = path.join(import.meta.dirname, 'kafka', 'pom.xml');

/**
 * Starts one Apache Kafka in KRaft mode, broker and controller in one process, with its log in `folder/data`. Its `url` is
 * `host:port`. It needs Java and, once for each user, Maven and a network to fetch the jars.
 */
export async function startKafka(options: ServiceOptions): Promise<Service> {
  await ensureDebianPackages(kafkaPrograms());
  const jars = await fetchJars();
  const folder = await makeFolder(options.folder);
  await endLeftover(folder);
  const port = options.port === undefined ? await freePort() : await requirePort(options.port, 'Kafka', 'stop that program, or set KAFKA_BROKERS to a Kafka of yours');
  const properties = await configure(folder, port, await freePort());
  const classpath = path.join(jars, '*');
  await format(folder, classpath, properties);

  // The logging settings silence the broker's several hundred lines of configuration; warnings and errors stay.
  const jvm = ['-Xms256m', '-Xmx512m', '-XX:+UseG1GC', '-XX:TieredStopAtLevel=4', '-Djava.awt.headless=true'];
  const child = startProcess({ name: 'Kafka', command: 'java', args: [...jvm, '-cp', classpath, 'kafka.Kafka', properties], folder, cwd: folder });
  const url = `127.0.0.1:${port}`;
  await whenReady(child, 'Kafka', () => describe(url));
  return serve(url, child);
}

/** What must be on the PATH for startKafka: Maven only until the jars are there. */
export function kafkaPrograms(): NeededProgram[] {
  const java = { command: 'java', debianPackage: 'openjdk-17-jre-headless', neededBy: 'the Kafka broker' };
  return jarsAreHere() ? [java] : [java, { command: 'mvn', debianPackage: 'maven', neededBy: 'fetching the Kafka broker' }];
}

/** Whether starting the broker needs neither Maven nor a network. */
export function jarsAreHere(): boolean {
  return existsSync(jarFolder());
}

function jarFolder(): string {
  const key = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  return path.join(environment.cacheFolder, `kafka-${key}`);
}

/** Fails until the broker answers and knows itself as the controller's one member. */
async function describe(broker: string): Promise<void> {
  const kafka = new Kafka({ clientId: 'selvedge-tools', brokers: [broker], logLevel: logLevel.NOTHING, retry: { retries: 0 }, connectionTimeout: 1000, requestTimeout: 2000 });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    if (brokers.length === 0) throw new Error('the broker is not registered yet');
  } finally {
    await admin.disconnect();
  }
}

async function configure(folder: string, port: number, controllerPort: number): Promise<string> {
  const file = path.join(folder, 'server.properties');
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': path.join(folder, 'data'),
    // One node: nothing can be replicated, and no second consumer is worth waiting for.
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    // A consumer that was killed is gone after seconds, not after the default three quarters of a minute.
    'group.min.session.timeout.ms': 1000,
    'num.partitions': 1,
    'log.retention.bytes': 1024 ** 3,
    'log.segment.bytes': 256 * 1024 ** 2,
    'message.max.bytes': 4 * 1024 ** 2,
  };
  await writeFile(file, Object.entries(settings).map(([name, value]) => `${name}=${value}\n`).join(''));
  return file;
}

async function format(folder: string, classpath: string, properties: string): Promise<void> {
  const data = path.join(folder, 'data');
  if (existsSync(path.join(data, 'meta.properties'))) return;
  await rm(data, { recursive: true, force: true });
  const clusterId = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
  // One word: an id may begin with a dash, and a word of its own would then be read as an option.
  const args = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', classpath, 'kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '-c', properties];
  try {
    await runCommand('java', args, { doing: 'preparing Kafka', cwd: folder });
  } catch (cause) {
    if (!(cause instanceof CommandFailed)) throw cause;
    if (/UnsupportedClassVersionError/.test(cause.output)) throw new ServiceError('Kafka needs Java 17 or newer: install it with: apt-get install openjdk-17-jre-headless', { cause });
    throw new ServiceError(`Kafka could not prepare its folder ${data}: ${cause.message}`, { cause });
  }
}

/**
 * The folder of the broker's jars, filled by Maven once for each user and each text of the pom. It comes into being by one
 * rename, so that a fetch that was interrupted leaves nothing half done, and two at once do no harm.
 */
export async function fetchJars(): Promise<string> {
  const folder = jarFolder();
  if (existsSync(folder)) return folder;
  await makeFolder(environment.cacheFolder);
  const partial = await mkdtemp(`${folder}.partial-`);
  try {
    const target = [`-DoutputDirectory=${partial}`, '-DincludeScope=runtime'];
    await runCommand('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', ...target], { doing: 'fetching Kafka' });
    await rename(partial, folder).catch(() => rm(partial, { recursive: true, force: true }));
    return folder;
  } catch (cause) {
    await rm(partial, { recursive: true, force: true });
    if (!(cause instanceof CommandFailed)) throw cause;
    throw new ServiceError('Maven could not fetch the Kafka broker: look at the network, or set KAFKA_BROKERS to a Kafka of yours.', { cause });
  }
}
