import { describe, expect, it } from 'vitest';
import { watchConditions } from '../../alerts/conditions.ts';
import { routeAlerts } from '../../alerts/notify.ts';
import { aToken, aUser, callAs } from '../../testing/index.ts';
import { servedTests } from '../../testing/http.ts';
import type { TestBrowser } from '../../testing/http.ts';

const here = servedTests();

const admin = () => callAs(here.world.deps, aUser(here.organization));
const codes = () => admin().identity.breakGlass;
const make = async (): Promise<{ id: string; code: string }> => codes().create({ label: 'the safe in the office' });
const reason = 'the provider is down and line 3 stands';
const refused = (code: string) => ({ cause: { code } });

async function use(code: string, given: { name?: string; reason?: string } = {}): Promise<{ browser: TestBrowser; answer: Response }> {
  await here.world.deps.db.rateLimit.deleteMany();
  const browser = here.server.browser();
  return { browser, answer: await browser.fetch('/api/auth/break-glass', { method: 'POST', body: { code, name: 'Ada', reason, ...given } }) };
}

describe('a break-glass code', () => {
  it('is shown once and kept as a digest', async () => {
    const { code } = await make();
    expect(code).toMatch(/^slvbg_[A-Za-z0-9_-]{43}$/);
    const row = await here.world.deps.db.breakGlassCode.findFirst({ where: { organizationId: here.organization } });
    expect(JSON.stringify(row)).not.toContain(code.slice(6));
    expect(JSON.stringify(await codes().list())).not.toContain(code.slice(6));
    expect(JSON.stringify((await admin().audit.list({})).items)).not.toContain(code.slice(6));
  });

  it('opens everything once, for a reason, and every act under it says so', async () => {
    const { code } = await make();
    const { browser, answer } = await use(code);
    expect(answer.status).toBe(200);
    expect(await (await browser.fetch('/api/v1/me')).json()).toMatchObject({ user: { name: 'Ada (break-glass)' }, role: 'administrator', fleets: null, breakGlassUntil: expect.any(Number) });
    expect((await browser.fetch('/api/v1/fleets', { method: 'POST', body: { name: 'rescued', selector: 'a=b' } })).status).toBe(200);
    const { items } = await admin().audit.list({ actor: 'break-glass' });
    expect(items.map((entry) => [entry.action, entry.actor.name, entry.reason])).toEqual([
      ['fleet.create', 'Ada (break-glass)', `Break-glass: ${reason}`],
      ['session.start', 'Ada (break-glass)', `Break-glass: ${reason}`],
      ['breakGlass.use', 'Ada (break-glass)', `Break-glass: ${reason}`],
    ]);
    expect((await codes().list()).items[0]).toMatchObject({ state: 'InUse', label: 'the safe in the office', used: { by: 'Ada', reason, address: '127.0.0.1' } });
    // Whoever is in by it is no member, and does not count as the administrator that an organization has to keep.
    expect((await admin().identity.members.list()).items).toEqual([]);
    const again = await use(code);
    expect([again.answer.status, (await again.browser.fetch('/api/v1/me')).status]).toEqual([401, 401]);
    expect((await admin().audit.list({ action: 'breakGlass.use', outcome: 'refused' })).items[0]?.reason).toContain(reason);
  });

  it.each([
    ['without a reason', { reason: 'why not' }],
    ['without a name', { name: ' ' }],
  ])('is not used %s, nor used up by that', async (_, given) => {
    const { code } = await make();
    expect((await use(code, given)).answer.status).toBe(400);
    expect((await use(code)).answer.status).toBe(200);
  });

  it('is used by one of two that come at once', async () => {
    const { code } = await make();
    const outcomes = await Promise.all([here.server.browser(), here.server.browser()].map((browser) => browser.fetch('/api/auth/break-glass', { method: 'POST', body: { code, name: 'Ada', reason } })));
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it('lasts an hour', async () => {
    const { code } = await make();
    const { browser } = await use(code);
    const row = await here.world.deps.db.breakGlassCode.findFirstOrThrow({ where: { organizationId: here.organization } });
    expect((row.endsAt?.getTime() ?? 0) - (row.usedAt?.getTime() ?? 0)).toBe(3_600_000);
    const session = await here.world.deps.db.session.findFirstOrThrow({ where: { userId: row.userId ?? '' } });
    expect(session.expiresAt).toEqual(row.endsAt);
    expect((await browser.fetch('/api/v1/me')).status).toBe(200);
    await here.world.deps.db.breakGlassCode.update({ where: { id: row.id }, data: { endsAt: new Date(Date.now() - 1) } });
    expect((await browser.fetch('/api/v1/me')).status).toBe(401);
    expect((await codes().list()).items[0]?.state).toBe('Used');
  });

  it('is told to everybody: an alert while it is in use, by every channel whatever the routes', async () => {
    const { code } = await make();
    await admin().settings.notifications.createChannel({ name: 'the pager', settings: { kind: 'webhook', url: 'https://pager.test/hook' } });
    await use(code);
    await watchConditions(here.world.deps);
    const { items } = await admin().alerts.list({ source: ['breakGlass'] });
    expect(items).toMatchObject([{ severity: 'critical', state: 'Open', title: 'Ada is in by a break-glass code', detail: expect.stringContaining(reason) }]);
    await routeAlerts(here.world.deps);
    expect((await admin().settings.notifications.deliveries({})).items).toMatchObject([{ channel: { name: 'the pager' }, alert: { title: 'Ada is in by a break-glass code' }, event: 'opened' }]);
    await codes().revoke({ id: (await codes().list()).items[0]?.id ?? '' });
    await watchConditions(here.world.deps);
    expect((await admin().alerts.list({ source: ['breakGlass'] })).items).toMatchObject([{ state: 'Resolved' }]);
  });

  it('is revoked, in its envelope or in use: then who is in by it is out at once', async () => {
    const [sealed, used] = [await make(), await make()];
    await codes().revoke({ id: sealed.id });
    expect((await use(sealed.code)).answer.status).toBe(401);
    const { browser } = await use(used.code);
    await codes().revoke({ id: used.id });
    expect((await browser.fetch('/api/v1/me')).status).toBe(401);
    await expect(codes().revoke({ id: used.id })).rejects.toMatchObject(refused('Conflict'));
    expect((await codes().list()).items.map(({ state }) => state)).toEqual(['Revoked', 'Revoked']);
  });

  it('is in also where the organization asks for a second factor', async () => {
    await admin().identity.organization.demandSecondFactor({ required: true });
    const { browser } = await use((await make()).code);
    expect((await browser.fetch('/api/v1/nodes')).status).toBe(200);
  });

  it('is made by who may do everything, and not by who is in by one', async () => {
    await expect(callAs(here.world.deps, aToken(here.organization, ['settings:write'])).identity.breakGlass.create({ label: 'mine' })).rejects.toMatchObject(refused('Forbidden'));
    const { browser } = await use((await make()).code);
    const answer = await browser.fetch('/api/v1/break-glass-codes', { method: 'POST', body: { label: 'another' } });
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('makes no further ones')]);
    for (let count = 0; count < 10; count++) await make();
    await expect(make()).rejects.toMatchObject(refused('LimitReached'));
  });

  it('of another organization is not there (I11)', async () => {
    const { id } = await make();
    const theirs = callAs(here.world.deps, aUser(await here.world.organization())).identity.breakGlass;
    expect((await theirs.list()).items).toEqual([]);
    await expect(theirs.revoke({ id })).rejects.toMatchObject(refused('NotFound'));
  });
});
