import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createIds } from './ids.ts';
import { readEnvironment } from './env.ts';
import { createRateLimiter } from './limits.ts';
import { createLiveBus } from './live-bus.ts';
import type { OutboxEvent } from './live-bus.ts';
import { createLogger } from './logger.ts';
import { startFailure } from './start-failure.ts';
import { temporaryFolder } from '../../tools/testing/index.ts';
import { createVault, openVault } from './vault.ts';

const stoppedClock = (at = 1_700_000_000_000) => ({ at, now: () => at, sleep: async () => undefined });

describe('identities', () => {
  it('sort by the time they were made, also within a millisecond and when the clock goes back', () => {
    const clock = { time: 1_700_000_000_000, now: () => clock.time, sleep: async () => undefined };
    const ids = createIds(clock);
    const made = Array.from({ length: 10_000 }, (_, index) => {
      if (index === 5_000) clock.time -= 60_000;
      return ids.next();
    });
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
    expect(made[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('the vault', () => {
  const vault = createVault(new Uint8Array(32).fill(7));
  const secret = new TextEncoder().encode('the private key');

  it('opens what it sealed, under the same context only', () => {
    const sealed = vault.seal(secret, 'signing-key:1');
    expect(vault.unseal(sealed, 'signing-key:1')).toEqual(secret);
    expect(() => vault.unseal(sealed, 'signing-key:2')).toThrow();
  });

  it('refuses what was altered, and what another installation sealed', () => {
    const sealed = vault.seal(secret, 'a');
    sealed[15] = (sealed[15] ?? 0) ^ 1;
    expect(() => vault.unseal(sealed, 'a')).toThrow();
    expect(() => createVault(new Uint8Array(32)).unseal(vault.seal(secret, 'a'), 'a')).toThrow();
  });
});

describe('the key of an installation', () => {
  it('is one, also for processes that start for the first time together', async () => {
    const folder = await temporaryFolder();
    const vaults = await Promise.all(Array.from({ length: 8 }, () => openVault(folder)));
    expect(new Set(vaults.map((vault) => vault.digest('a token'))).size).toBe(1);
    expect(await readdir(`${folder}/keys`)).toEqual(['root.key']);
  });
});

describe('the environment', () => {
  it('is refused whole, naming everything that is wrong', () => {
    expect(() => readEnvironment({ PORT: '99999', ROLES: 'console,cook', TRUSTED_PROXIES: '10.0.0.1,somewhere' })).toThrow(/DATABASE_URL.*PORT.*ROLES.*TRUSTED_PROXIES: “somewhere”/);
  });

  it('takes empty variables for absent ones', () => {
    expect(readEnvironment({ DATABASE_URL: 'postgres://x', PORT: '', PUBLIC_URL: '' })).toMatchObject({ port: 3000, publicUrl: undefined, roles: ['console', 'link', 'worker'], trustedProxies: [] });
  });
});

describe('why a program cannot start', () => {
  const failing = (code: string): Error => Object.assign(new Error('connect 10.0.3.1:5432'), { code });

  it('is one sentence where it is the database that was named, without its password', () => {
    expect(startFailure(failing('ECONNREFUSED'), 'postgresql://selvedge:tops3cret@10.0.3.1:5432/fleet')).toBe('Postgres at selvedge@10.0.3.1:5432/fleet cannot be used: nothing listens there. DATABASE_URL names it.');
    expect(startFailure(failing('28P01'), 'postgresql://selvedge:tops3cret@db/fleet')).toContain('it refuses the password');
  });

  it('is the list of what is wrong with the environment, and where in the code it was with anything else', () => {
    const refused = (): unknown => { try { return readEnvironment({}); } catch (error) { return error; } };
    expect(startFailure(refused(), undefined)).toBe('the environment is not usable: DATABASE_URL: is needed');
    expect(startFailure(new Error('odd'), undefined)).toMatch(/odd\n +at /);
  });
});

describe('rate limits', () => {
  it('allow the burst, then as many a second as they say, each key for itself', () => {
    const clock = { time: 0, now: () => clock.time, sleep: async () => undefined };
    const limiter = createRateLimiter(clock, { perSecond: 2, burst: 3 });
    expect([1, 2, 3, 4].map(() => limiter.take('a').allowed)).toEqual([true, true, true, false]);
    expect(limiter.take('b')).toEqual({ allowed: true });
    expect(limiter.take('a')).toEqual({ allowed: false, retryAfterMs: 500 });
    clock.time += 500;
    expect(limiter.take('a').allowed).toBe(true);
  });

  it('remember a limited number of keys', () => {
    const limiter = createRateLimiter(stoppedClock(), { perSecond: 1, burst: 1, keysMax: 2 });
    for (const key of ['a', 'b', 'c']) limiter.take(key);
    expect(limiter.take('c').allowed).toBe(false);
    expect(limiter.take('a').allowed).toBe(true);
  });
});

describe('the live bus', () => {
  const event = (subjectId: string): OutboxEvent => ({ cursor: '1.1', organizationId: 'o', topic: 'node', subjectId, kind: 'updated', payload: {}, at: 0 });

  it('gives a reader that fell too far behind one gap instead of a queue without end', async () => {
    const bus = createLiveBus();
    const ending = new AbortController();
    const stream = bus.stream(() => true, ending.signal);
    for (let index = 0; index <= 1_000; index++) bus.publish(event(String(index)));
    expect((await stream.next()).value).toEqual({ type: 'gap' });
    bus.publish(event('after'));
    expect((await stream.next()).value).toMatchObject({ type: 'event', event: { subjectId: 'after' } });
    ending.abort();
    expect((await stream.next()).done).toBe(true);
  });
});

describe('the log', () => {
  it('has no secrets in it', () => {
    let text = '';
    const logger = createLogger('info', { write: (line) => void (text += line) });
    logger.info({ token: 'slv_secret', input: { password: 'hunter2' }, request: { headers: { cookie: 'a=b', authorization: 'Bearer x' } } }, 'a line');
    expect(text).toContain('[redacted]');
    expect(text).not.toMatch(/slv_secret|hunter2|a=b|Bearer x/);
  });
});
