import { beforeAll, expect, it } from 'vitest';
import { limits } from '../kernel/limits.ts';
import { testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { testServer } from '../testing/http.ts';
import type { TestBrowser, TestServer } from '../testing/http.ts';

let world: TestWorld;
let server: TestServer;
beforeAll(async () => {
  world = await testWorld();
  server = await testServer(world);
  await world.relay();
});

/** As a page does: it asks where things stand, and follows from there, so that it hears what happens while it connects. */
async function follow(browser: TestBrowser): Promise<Response> {
  const { cursor } = (await (await browser.fetch('/api/trpc/live.position')).json()).result.data;
  return browser.fetch(`/api/trpc/live.changes?input=${encodeURIComponent(JSON.stringify({ lastEventId: cursor }))}`, { headers: { accept: 'text/event-stream' } });
}

/** The stream's text so far, read until it holds `wanted`, or whole when it ends. */
async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, wanted: string): Promise<{ text: string; ended: boolean }> {
  const decoder = new TextDecoder();
  for (let text = ''; ; ) {
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
    if (done) return { text, ended: true };
    text += decoder.decode(value, { stream: true });
    if (text.includes(wanted)) return { text, ended: false };
  }
}

it('a live view hears of a change, and ends at once when its session is revoked elsewhere', async () => {
  const browser = await server.signIn(await world.organization(), 'live@selvedge.test');
  const other = server.browser();
  await other.fetch('/api/auth/sign-in/email', { method: 'POST', body: { email: 'live@selvedge.test', password: 'correct horse battery' } });
  const answer = await follow(other);
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const reader = answer.body?.getReader();
  if (reader === undefined) throw new Error('the stream has no body');
  await readUntil(reader, 'connected');
  await browser.fetch('/api/v1/organization', { method: 'PATCH', body: { name: 'Renamed' } });
  expect((await readUntil(reader, 'renamed')).ended).toBe(false);
  const { items } = (await (await browser.fetch('/api/trpc/identity.sessions.list')).json()).result.data;
  const session = items.find((item: { current: boolean }) => !item.current);
  await browser.fetch('/api/trpc/identity.sessions.revoke', { method: 'POST', body: { id: session.id } });
  expect((await readUntil(reader, 'never said')).ended).toBe(true);
});

it('a person holds a limited number of live views open', async () => {
  const browser = await server.signIn(await world.organization());
  const answers = await Promise.all(Array.from({ length: limits.subscriptionsPerActorMax + 1 }, () => follow(browser)));
  // A stream says in its first event why it is refused: its status is sent before anyone knows.
  const beginnings = await Promise.all(answers.map(async ({ body }) => (body === null ? '' : (await readUntil(body.getReader(), '\n\n')).text)));
  expect(beginnings.filter((text) => text.includes('TooManyRequests'))).toHaveLength(1);
});
