import { expect, test } from 'vitest';
import { checkout } from '../environment.ts';
import { deploymentProblems } from './deployment-files.ts';
import { lockfileProblems } from './lockfile.ts';
import { type TrackedFile, readTrackedFiles } from './tracked-files.ts';

const ours = readTrackedFiles(checkout).filter(({ path }) => path.startsWith('deploy/'));

function changed(path: string, change: (text: string) => string): TrackedFile[] {
  return ours.map((file) => (file.path === path ? { path, text: change(file.text ?? '') } : file));
}

test('what deploy/ sets is what the programs read', () => {
  expect(deploymentProblems(ours)).toEqual([]);
});

test.each([
  ['a variable that nothing reads', 'deploy/systemd/agent.env', (text: string) => `${text}SELVEDGE_NAEM=n\n`, 'deploy/systemd/agent.env: sets SELVEDGE_NAEM, which the agent does not read.'],
  ['a setting left out', 'deploy/systemd/control-plane.env', (text: string) => text.replace(/^.*ROLES.*$/m, ''), 'deploy/systemd/control-plane.env: does not name ROLES, which the control plane reads.'],
  ['a variable of the wrong program in an image', 'deploy/containers/agent.Dockerfile', (text: string) => text.replace('ENV ', 'ENV PUBLIC_URL=x '), 'deploy/containers/agent.Dockerfile: sets PUBLIC_URL, which the agent does not read.'],
  ['one further on in that line', 'deploy/containers/agent.Dockerfile', (text: string) => text.replace(/^(ENV .*)$/m, '$1 PORT=1'), 'deploy/containers/agent.Dockerfile: sets PORT, which the agent does not read.'],
  ['a variable that nothing reads in a service', 'deploy/containers/compose.yaml', (text: string) => text.replace('      PUBLIC_URL:', '      PUBLIC_ADDRESS:'), 'deploy/containers/compose.yaml: sets PUBLIC_ADDRESS, which the control plane does not read.'],
])('%s is found', (_, path, change, problem) => {
  expect(deploymentProblems(changed(path, change))).toEqual([problem]);
});

test('a file that is gone is found', () => {
  expect(deploymentProblems(ours.filter(({ path }) => path !== 'deploy/containers/agent.Dockerfile'))).toEqual(['deploy/containers/agent.Dockerfile: is missing.']);
});

test('a package without a hash is found, unless it is built for a platform that we do not test', () => {
  const entries = {
    'node_modules/hashed': { version: '1.0.0', integrity: 'sha512-x' },
    'node_modules/bare': { version: '1.0.0' },
    'node_modules/for-linux': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
    'node_modules/for-musl': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] },
    'node_modules/for-windows': { version: '1.0.0', optional: true, os: ['win32'], cpu: ['x64'] },
  };
  const problems = lockfileProblems(JSON.stringify({ packages: entries }));
  expect(problems.map((problem) => /node_modules\/([a-z-]+)/.exec(problem)?.[1])).toEqual(['bare', 'for-linux']);
});
