import { createHmac } from 'node:crypto';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { routeAlerts } from './notify.ts';
import { Watched } from './testing/watched.ts';

/* What far ends are told of alerts: in order, once, and again when they were away. */

const site = new Watched();

test('a secret by its name is looked up when something is sent, and what went wrong with it is said without it', async () => {
  const { url, got } = await site.receiver();
  const notifications = site.as('administrator').settings.notifications;
  await notifications.setSecret({ name: 'desk', secret: 'no address: whisper' });
  const id = await site.channel({ kind: 'slack', url: '${secret:desk}' });
  expect((await notifications.get()).channels).toMatchObject([{ target: '${secret:desk}' }]);
  await notifications.testChannel({ id });
  await site.tell();
  expect((await notifications.deliveries({})).items).toMatchObject([{ state: 'Pending', attempts: 1, error: 'A secret is not what slack takes: desk as its url.' }]);
  await notifications.setSecret({ name: 'desk', secret: url });
  site.world.deps.clock.advance(60_000);
  await site.tell();
  expect(got).toHaveLength(1);
  expect((await notifications.deliveries({})).items).toMatchObject([{ state: 'Delivered' }]);
});

test('a webhook is told of the beginning and the end, once each, with a signature', async () => {
  const { url, got } = await site.receiver();
  const secret = 'a secret of sixteen';
  await site.channel({ kind: 'webhook', url, secret });
  await site.detect();
  await site.detect();
  await site.tell();
  await site.tell();
  expect(got).toHaveLength(1);
  expect(got[0]?.headers['x-selvedge-signature']).toBe(`sha256=${createHmac('sha256', secret).update(got[0]?.body ?? '').digest('hex')}`);
  expect(JSON.parse(got[0]?.body ?? '')).toMatchObject({ event: 'opened', alert: { title: 'Low flow', severity: 'critical', count: 2 }, url: expect.stringContaining('/alerts?alert=') });
  await site.as('operator').alerts.resolve({ id: (await site.alerts())[0]?.id ?? '' });
  await site.tell();
  expect(JSON.parse(got[1]?.body ?? '')).toMatchObject({ event: 'resolved' });
  expect((await site.as('viewer').settings.notifications.deliveries({})).items).toMatchObject([{ event: 'resolved', state: 'Delivered', attempts: 1 }, { event: 'opened', state: 'Delivered' }]);
});

test('what is not taken is tried again, later each time, and given up', async () => {
  const { url, got } = await site.receiver([500, 200]);
  await site.channel({ kind: 'webhook', url });
  await site.detect();
  await site.tell();
  const first = async () => (await site.as('viewer').settings.notifications.deliveries({})).items[0];
  expect(await first()).toMatchObject({ state: 'Pending', attempts: 1, error: 'It answered 500.' });
  await site.tell();
  expect(got).toHaveLength(1);
  site.world.deps.clock.advance(11_000);
  await site.tell();
  expect(await first()).toMatchObject({ state: 'Delivered', attempts: 2, error: null });

  const dead = await site.channel({ kind: 'slack', url: 'http://127.0.0.1:9/' });
  await site.as('administrator').settings.notifications.testChannel({ id: dead });
  for (const _ of [1, 2]) {
    await site.tell();
    site.world.deps.clock.advance(20 * 60_000);
  }
  expect(await first()).toMatchObject({ event: 'test', state: 'Failed', attempts: 2, error: expect.any(String) });
});

test('a far end that was away for hours hears of an alert when it is back: first that it opened, then that it ended', async () => {
  const { url, got } = await site.receiver([503, 503]);
  await site.channel({ kind: 'pagerduty', routingKey: 'R0UT1NGKEY', url });
  await site.detect();
  await site.tell();
  const [{ id = '' } = {}] = await site.alerts();
  await site.as('operator').alerts.resolve({ id });
  await site.tell();
  expect(got).toHaveLength(1);
  site.world.deps.clock.advance(3_600_000);
  await site.tell();
  expect(got).toHaveLength(2);
  site.world.deps.clock.advance(3 * 3_600_000);
  await site.tell();
  await site.tell();
  expect(got.slice(2).map(({ body }) => JSON.parse(body))).toMatchObject([{ event_action: 'trigger', dedup_key: id }, { event_action: 'resolve', dedup_key: id }]);
});

test('a far end that asks to be left alone is, by all that waits for it; one that is gone for good is not asked again', async () => {
  const [busy, gone] = [await site.receiver([429], { 'retry-after': '120' }), await site.receiver([410, 410])];
  await site.channel({ kind: 'slack', url: busy.url });
  await site.channel({ kind: 'webhook', url: gone.url });
  await site.detect('Low flow');
  await site.tell();
  await site.detect('High pressure');
  site.world.deps.clock.advance(60_000);
  await routeAlerts(site.world.deps);
  expect((await site.as('viewer').settings.notifications.deliveries({})).items.filter(({ error }) => error !== null).map(({ state, error }) => [state, error]).sort()).toEqual([['Failed', 'It answered 410: it is gone for good.'], ['Pending', 'It answered 429 and asked to wait 120 s.']]);
  site.world.deps.clock.advance(70_000);
  await site.tell();
  expect([busy.got.length, gone.got.length]).toEqual([3, 2]);
});

test('a test ends the incident that it opens, also where nobody knows whether it did, and both are in the log', async () => {
  const { url, got } = await site.receiver([202, 202]);
  const id = await site.channel({ kind: 'pagerduty', routingKey: 'R0UT1NGKEY', url });
  await site.as('administrator').settings.notifications.testChannel({ id });
  await site.tell();
  await site.tell();
  expect(got.map(({ body }) => JSON.parse(body))).toMatchObject([{ event_action: 'trigger', dedup_key: id }, { event_action: 'resolve', dedup_key: id }]);
  const log = async () => (await site.as('viewer').settings.notifications.deliveries({ channel: id })).items.map(({ event, state }) => `${event} ${state}`);
  expect(await log()).toEqual(['testResolved Delivered', 'test Delivered']);
  await site.as('administrator').settings.notifications.changeChannel({ id, settings: { kind: 'pagerduty', routingKey: 'R0UT1NGKEY', url: 'http://127.0.0.1:9/' } });
  await site.as('administrator').settings.notifications.testChannel({ id });
  for (const _ of [1, 2]) {
    await site.tell();
    site.world.deps.clock.advance(20 * 60_000);
  }
  expect((await log()).slice(0, 2)).toEqual(['testResolved Pending', 'test Failed']);
});

test('Slack and PagerDuty get what they understand', async () => {
  const [slack, pager] = [await site.receiver(), await site.receiver()];
  await site.channel({ kind: 'slack', url: slack.url });
  await site.channel({ kind: 'pagerduty', routingKey: 'R0UT1NGKEY', url: pager.url });
  await site.detect('Flow < 1 & falling');
  await site.tell();
  expect(JSON.parse(slack.got[0]?.body ?? '')).toMatchObject({ text: expect.stringContaining('*Critical: Flow &lt; 1 &amp; falling*') });
  const [{ id = '' } = {}] = await site.alerts();
  expect(JSON.parse(pager.got[0]?.body ?? '')).toMatchObject({ routing_key: 'R0UT1NGKEY', event_action: 'trigger', dedup_key: id, payload: { severity: 'critical', summary: 'Critical: Flow < 1 & falling' } });
});

/** A mail server without TLS, and the lines that it is sent. */
async function mailServer(): Promise<{ host: string; lines: string[] }> {
  const lines: string[] = [];
  const server = createTcpServer((socket) => {
    let inData = false;
    socket.write('220 test\r\n');
    socket.on('data', (data) => {
      for (const line of data.toString().split('\r\n').filter((one) => one !== '')) {
        lines.push(line);
        if (inData) {
          if (line !== '.') continue;
          inData = false;
          socket.write('250 kept\r\n');
        } else if (line === 'DATA') {
          inData = true;
          socket.write('354 go on\r\n');
        } else socket.write(line === 'STARTTLS' ? '502 not here\r\n' : line.startsWith('QUIT') ? '221 bye\r\n' : '250 ok\r\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site.closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, lines };
}

test('a mail goes through a mail server', async () => {
  const { host, lines } = await mailServer();
  await site.channel({ kind: 'email', smtp: `smtp://${host}`, from: 'selvedge@example.com', to: ['ada@example.com'] });
  await site.detect();
  await site.tell();
  expect(lines).toEqual(expect.arrayContaining(['MAIL FROM:<selvedge@example.com>', 'RCPT TO:<ada@example.com>', 'Subject: Critical: Low flow']));
});

test('a password is not given to a mail server that offers no TLS', async () => {
  const { host, lines } = await mailServer();
  await site.channel({ kind: 'email', smtp: `smtp://ops:hunter22@${host}`, from: 'selvedge@example.com', to: ['ada@example.com'] });
  await site.detect();
  await site.tell();
  expect(lines.filter((line) => /^(AUTH|MAIL)/.test(line))).toEqual([]);
  const [delivery] = (await site.as('administrator').settings.notifications.deliveries({})).items;
  expect(delivery).toMatchObject({ state: 'Pending', error: expect.stringContaining('TLS') });
});

test('nobody is told of what is muted, or of what no route leads to', async () => {
  const { url, got } = await site.receiver();
  await site.channel({ kind: 'webhook', url }, { severityMin: 'critical', rule: 'watch' });
  await site.detect('Minor', 'warning');
  await site.detect('Muted');
  const muted = (await site.alerts()).find((one) => one.title === 'Muted');
  await site.as('operator').alerts.mute({ id: muted?.id ?? '', minutes: 10 });
  await site.tell();
  expect(got).toEqual([]);
  site.world.deps.clock.advance(11 * 60_000);
  await site.tell();
  expect(got.map((one) => JSON.parse(one.body).alert.title)).toEqual(['Muted']);
});

test('a channel that changes goes elsewhere, by its routes and with what waits; what was secret is gone', async () => {
  const [former, next] = [await site.receiver([500]), await site.receiver()];
  const id = await site.channel({ kind: 'webhook', url: former.url, secret: 'a secret of sixteen' });
  await site.as('administrator').settings.notifications.testChannel({ id });
  await site.tell();
  expect(former.got).toHaveLength(1);
  await site.as('administrator').settings.notifications.changeChannel({ id, name: 'night watch', settings: { kind: 'slack', url: next.url } });
  site.world.deps.clock.advance(11_000);
  await site.tell();
  expect([former.got.length, next.got.length]).toEqual([1, 1]);
  const { channels, routes } = await site.as('viewer').settings.notifications.get();
  expect(channels).toMatchObject([{ name: 'night watch', kind: 'slack' }]);
  expect(routes).toMatchObject([{ channels: [{ id, name: 'night watch' }] }]);
  const { items } = await site.as('administrator').audit.list({ action: 'channel.update' });
  expect(items).toMatchObject([{ before: { name: 'channel webhook', kind: 'webhook' }, after: { name: 'night watch', kind: 'slack' } }]);
  expect(JSON.stringify(items)).not.toContain('sixteen');
  await expect(site.as('operator').settings.notifications.changeChannel({ id, name: 'mine' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
