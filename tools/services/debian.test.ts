import { expect, test } from 'vitest';
import { whyNotInstalled } from './debian.ts';

const java = { command: 'java', debianPackage: 'openjdk-17-jre-headless', neededBy: 'the Kafka broker' };
const redis = { command: 'redis-server', debianPackage: 'redis-server', neededBy: 'the edge store' };

test.each([
  ['on a Debian, to whoever is not root', [java], { hasApt: true, isRoot: false }, 'Missing: java (for the Kafka broker); install it with: apt-get install openjdk-17-jre-headless'],
  ['all at once', [java, redis], { hasApt: true, isRoot: false }, 'Missing: java (for the Kafka broker), redis-server (for the edge store); install it with: apt-get install openjdk-17-jre-headless redis-server'],
  ['elsewhere', [java], { hasApt: false, isRoot: true }, "Missing: java (for the Kafka broker); install it with this system's package manager and start again."],
])('a missing program is said in one sentence with the remedy, %s', (_, missing, machine, sentence) => {
  expect(whyNotInstalled(missing, machine)).toBe(sentence);
});

test('root on a Debian is not asked: it is installed', () => {
  expect(whyNotInstalled([java], { hasApt: true, isRoot: true })).toBeUndefined();
});
