import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { GatewayBackend, GatewayPath } from './backend.ts';
import { gatewayErrors } from './errors.ts';
import { defaultGatewayLimits, Gateway, type GatewayLimits, gatewayOperations } from './server.ts';
import { loadGatewayToken } from './token.ts';

/** Two detection streams of five rows each at interleaved times, one raw stream, one model; inputs named after their outcome. */
const rowsOf: Record<string, { at: number; values: (string | number)[] }[]> = {
  'r/A': [1, 3, 5, 7, 9].map((at) => ({ at, values: [`a${at}`] })),
  'r/B': [2, 4, 6, 8, 10].map((at) => ({ at, values: [`b${at}`] })),
  'r/Raw': [{ at: 5, values: ['x'] }],
};
const path: GatewayPath = {
  streams: async () => [
    { name: 'r/A', rule: 'r', kind: 'detection', stored: true, attributes: [{ name: 'name', type: 'string' }] },
    { name: 'r/B', rule: 'r', kind: 'detection', stored: true, attributes: [{ name: 'name', type: 'string' }] },
    { name: 'r/Raw', rule: 'r', kind: 'raw', stored: true, attributes: [{ name: 'name', type: 'string' }] },
  ],
  query: async ({ stream, from, to, limit, cursor }) => {
    const rows = rowsOf[stream];
    if (stream === 'r/Away') return { ok: false, code: 'unavailable', message: 'Redis does not answer.' };
    if (rows === undefined) return { ok: false, code: 'unknown-stream', message: `There is no stream ${stream}.` };
    const start = Number(cursor ?? 0);
    const inRange = rows.filter(({ at }) => at >= from && at <= to).reverse();
    const page = inRange.slice(start, start + limit);
    return { ok: true, stream, attributes: [{ name: 'name', type: 'string' }], rows: page, nextCursor: start + limit < inRange.length ? String(start + limit) : null };
  },
  ingest: async (source, contentType, body) => {
    if (source === '/busy') return { kind: 'busy', retryAfterSeconds: 3, message: 'The path is behind.' };
    if (source === '/crash') throw new Error('a secret detail');
    if (source !== '/site/readings') return { kind: 'refused', code: 'not-found', message: `No source ${source}.`, refused: [] };
    if (contentType !== 'application/json') return { kind: 'refused', code: 'unsupported-type', message: 'JSON only.', refused: [] };
    return body.toString().startsWith('[') ? { kind: 'accepted', events: 2, refused: [{ index: 1, reason: 'no pressure' }] } : { kind: 'refused', code: 'malformed', message: 'Not a list.', refused: [{ index: 0, reason: 'not a list' }] };
  },
  infer: async (model, version, request) => {
    if (model !== 'pump/anomaly') return { ok: false, code: 'not-found', message: `No model ${model}.` };
    if (JSON.stringify(request).includes('busy')) return { ok: false, code: 'busy', message: 'Every place is taken.' };
    if (JSON.stringify(request).includes('wrong')) return { ok: false, code: 'invalid', message: 'X has another shape.' };
    return { ok: true, response: { model_name: model, model_version: String(version ?? 2), outputs: [] } };
  },
  ask: async (rule, query) => {
    if (rule !== 'pumps') return { ok: false, code: 'unknown-rule', message: `No rule ${rule}.`, issues: [] };
    if (query.includes('Nowhere')) return { ok: false, code: 'invalid', message: 'There is no table.', issues: [{ line: 1, column: 6, message: 'There is no table.' }] };
    return { ok: true, attributes: [{ name: 'pump', type: 'string' }], rows: [['p1'], [null]] };
  },
  models: async () => [{ name: 'pump/anomaly', versions: ['2'], platform: 'onnx_onnxv1', inputs: [], outputs: [] }],
};

let folder: string;
let running: GatewayPath | undefined;
let held: { until: number; reason: string } | undefined;
let gateway: Gateway;
let base: string;
let port: number;
let token: string;
const startedAt = Date.now();

const backend: GatewayBackend = {
  path: () => running,
  status: async () => ({ name: 'n1' }),
  notReady: () => (running === undefined ? 'No bundle runs on this node now.' : undefined),
  metrics: async () => '# TYPE selvedge_up gauge\nselvedge_up 1\n',
  hold: async (until, reason) => {
    held = { until, reason };
  },
  release: async () => {
    held = undefined;
  },
  apply: async (file) => (file.endsWith('.selvedge') ? { ok: true, generation: 7, bundle: 'sha256:b' } : { ok: false, code: 'refused', message: 'Malformed: This is no offline bundle.' }),
  receipt: async () => ({ ok: true, receipt: { payload: '{}', signature: 'A'.repeat(86) } }),
};

/** Time does not pass for its limits: what they have given out they do not give again, however slow the machine is. */
async function start(limits: Partial<GatewayLimits> = {}): Promise<void> {
  const loaded = await loadGatewayToken(folder);
  token = (await readFile(loaded.file, 'utf8')).trim();
  gateway = new Gateway({ backend, token: loaded, agentVersion: '0.1.0', limits: { ...defaultGatewayLimits, ...limits }, logger: { info: () => undefined, warn: () => undefined, error: () => undefined }, now: () => startedAt });
  port = await gateway.listen(0, '127.0.0.1');
  base = `http://127.0.0.1:${port}`;
}

async function call(target: string, init: RequestInit = {}): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const response = await fetch(base + target, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text.startsWith('{') ? z.record(z.string(), z.unknown()).parse(JSON.parse(text)) : { text } };
}
const post = (target: string, body: string, contentType = 'application/json') => call(target, { method: 'POST', body, headers: { 'content-type': contentType } });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selvedge-gateway-'));
  running = path;
  await start();
});
afterEach(async () => {
  await gateway.close(100);
  await rm(folder, { recursive: true });
});

describe('who may', () => {
  test('the token is made once, for its owner alone', async () => {
    const file = join(folder, 'gateway-token');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await loadGatewayToken(folder)).matches(token)).toBe(true);
    expect((await loadGatewayToken(folder)).matches(`${token}x`)).toBe(false);
  });

  test.each(['/v1/status', '/v1/streams', '/v1/detections', '/metrics', '/v2/models/pump%2Fanomaly'])('%s asks for it', async (target) => {
    for (const authorization of ['', 'Bearer wrong', `Basic ${token}`]) {
      const { status, body, headers } = await call(target, { headers: { authorization } });
      expect({ status, code: body['code'], challenge: headers.get('www-authenticate') }).toEqual({ status: 401, code: 'TokenMissing', challenge: 'Bearer realm="selvedge-node"' });
    }
    expect((await call(target)).status).toBe(200);
  });

  test.each(['/healthz', '/readyz', '/v2', '/v2/health/live', '/v2/health/ready', '/openapi.json'])('%s is open', async (target) => {
    expect((await fetch(base + target)).status).toBe(200);
  });

  test('guessing is slowed down and does not lock the right token out', async () => {
    const statuses = await Promise.all(Array.from({ length: 30 }, async (_, index) => (await call('/v1/status', { headers: { authorization: `Bearer guess${index}` } })).status));
    expect(statuses.filter((status) => status === 429)).toHaveLength(30 - defaultGatewayLimits.wrongTokensPerSecondMax);
    expect((await call('/v1/status')).status).toBe(200);
  });

  test('past the rate every request is told when to come again', async () => {
    await gateway.close(100);
    await start({ requestsPerSecondMax: 1, requestsBurstMax: 2 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => call('/healthz')));
    expect(answers.filter(({ status }) => status === 429).every(({ headers }) => headers.get('retry-after') === '1')).toBe(true);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
  });
});

describe('reading', () => {
  test('events of a stream, by its encoded name, in range, page by page', async () => {
    const first = await call('/v1/streams/r%2FA/events?from=2&to=9&limit=3');
    expect(first.body).toMatchObject({ stream: 'r/A', events: [{ at: 9, data: { name: 'a9' } }, { at: 7 }, { at: 5 }], nextCursor: '3' });
    const second = await call('/v1/streams/r%2FA/events?from=2&to=9&limit=3&cursor=3');
    expect(second.body).toMatchObject({ events: [{ at: 3 }], nextCursor: null });
    expect((await call('/v1/streams/r%2FA/events?from=1970-01-01T00:00:00Z&to=1970-01-01T00:00:01%2B00:00')).body['events']).toHaveLength(5);
  });

  test.each([
    ['/v1/streams/r%2FNone/events', 404, 'StreamNotFound'],
    ['/v1/streams/r%2FAway/events', 503, 'StoreUnavailable'],
    ['/v1/streams/r%2FA/events?limit=0', 400, 'InvalidInput'],
    ['/v1/streams/r%2FA/events?limit=1001', 400, 'InvalidInput'],
    ['/v1/streams/r%2FA/events?from=yesterday', 400, 'InvalidInput'],
    ['/v1/streams/r%2FA/events?order=sideways', 400, 'InvalidInput'],
    ['/v1/streams/%E0%A4%A/events', 404, 'NotFound'],
    ['/v1/detections?cursor=garbage', 400, 'InvalidInput'],
    ['/v1/nowhere', 404, 'NotFound'],
  ])('%s is %i %s', async (target, status, code) => {
    const answer = await call(target);
    expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status, code });
    expect(answer.body['error']).toEqual(expect.any(String));
  });

  test('detections of all streams, newest first, page by page, each once', async () => {
    const seen: number[] = [];
    let cursor = '';
    for (let page = 0; page < 10; page++) {
      const { body } = await call(`/v1/detections?from=0&to=100&limit=3${cursor}`);
      const read = z.object({ detections: z.array(z.object({ at: z.number() })), nextCursor: z.string().nullable() }).parse(body);
      seen.push(...read.detections.map(({ at }) => at));
      if (read.nextCursor === null) break;
      cursor = `&cursor=${read.nextCursor}`;
    }
    expect(seen).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  test('nothing running is 503, and not ready', async () => {
    running = undefined;
    expect(await call('/v1/streams')).toMatchObject({ status: 503, body: { code: 'NotRunning' } });
    expect((await call('/readyz')).status).toBe(503);
    expect((await call('/healthz')).status).toBe(200);
  });

  test('metrics are Prometheus text, HEAD has no body, a wrong method names the right one', async () => {
    const { headers, body } = await call('/metrics');
    expect(headers.get('content-type')).toContain('version=0.0.4');
    expect(body['text']).toContain('selvedge_up 1');
    expect((await call('/healthz', { method: 'HEAD' })).body).toEqual({ text: '' });
    expect(await call('/v1/streams', { method: 'POST' })).toMatchObject({ status: 405, body: { code: 'MethodNotAllowed' } });
  });
});

describe('sending', () => {
  test('events are accepted with what the mapping refused', async () => {
    expect(await post('/v1/ingest/site/readings', '[{},{}]')).toMatchObject({ status: 202, body: { accepted: 2, refused: [{ index: 1, reason: 'no pressure' }] } });
  });

  test('a source that is behind says when to come again', async () => {
    const { status, headers, body } = await post('/v1/ingest/busy', '[]');
    expect({ status, code: body['code'], after: headers.get('retry-after') }).toEqual({ status: 429, code: 'SourceBusy', after: '3' });
  });

  test('what cannot be taken is refused by name, and a failure of ours says nothing of its inside', async () => {
    expect(await post('/v1/ingest/nowhere', '[]')).toMatchObject({ status: 404, body: { code: 'SourceNotFound' } });
    expect(await post('/v1/ingest/site/readings', '[]', 'text/csv')).toMatchObject({ status: 415, body: { code: 'UnsupportedType' } });
    expect(await post('/v1/ingest/site/readings', '{')).toMatchObject({ status: 400, body: { code: 'EventsMalformed', refused: [{ index: 0 }] } });
    const crash = await post('/v1/ingest/crash', '[]');
    expect(crash).toMatchObject({ status: 500, body: { code: 'Internal' } });
    expect(JSON.stringify(crash.body)).not.toContain('secret');
  });

  test('a body past the limit is refused, announced or not, without reading it all', async () => {
    expect(await post('/v1/ingest/site/readings', 'x'.repeat(9 * 1024 * 1024))).toMatchObject({ status: 413, body: { code: 'BodyTooLarge' } });
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(`POST /v1/ingest/site/readings HTTP/1.1\r\nhost: n\r\nauthorization: Bearer ${token}\r\ntransfer-encoding: chunked\r\n\r\n`));
      const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
      let received = '';
      socket.on('data', (data) => (received += String(data))).on('close', () => resolve(received)).on('error', () => resolve(received));
      const write = (): void => {
        while (!socket.destroyed && socket.write(chunk)) continue;
        socket.once('drain', write);
      };
      socket.once('connect', write);
    });
    expect(answer).toMatch(/^HTTP\/1.1 413|^$/);
    expect((await call('/healthz')).status).toBe(200);
  });

  test('a body that never comes is let go', async () => {
    await gateway.close(100);
    await start({ requestMs: 300 });
    const closed = new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(`POST /v1/ingest/site/readings HTTP/1.1\r\nhost: n\r\nauthorization: Bearer ${token}\r\ncontent-length: 10\r\n\r\n`));
      socket.on('close', () => resolve()).on('error', () => undefined).resume();
    });
    await closed;
  });

  test('a bundle from a file, refused in its own words, and a receipt', async () => {
    expect(await post('/v1/apply', '{"file":"/media/stick/n1.selvedge"}')).toMatchObject({ status: 202, body: { generation: 7 } });
    expect(await post('/v1/apply', '{"file":"/etc/passwd"}')).toMatchObject({ status: 422, body: { code: 'BundleRefused', error: expect.stringContaining('no offline bundle') } });
    expect(await post('/v1/apply', '{}')).toMatchObject({ status: 400, body: { code: 'InvalidInput' } });
    expect(await call('/v1/receipts', { method: 'POST' })).toMatchObject({ status: 201, body: { payload: '{}' } });
  });

  test('hold and release, with a reason', async () => {
    expect((await post('/v1/hold', '{"minutes":30,"reason":"shift change"}')).status).toBe(200);
    expect(held?.reason).toBe('shift change');
    expect((await post('/v1/hold', '{"minutes":-1,"reason":"x"}')).body).toMatchObject({ code: 'InvalidInput', issues: [{ path: 'minutes' }] });
    expect((await call('/v1/hold', { method: 'DELETE' })).status).toBe(204);
    expect(held).toBeUndefined();
  });
});

describe('open inference protocol', () => {
  test('metadata, readiness and a call, with and without a version', async () => {
    expect((await call('/v2')).body).toMatchObject({ name: 'selvedge-agent' });
    expect((await call('/v2/models/pump%2Fanomaly/versions/2')).body).toMatchObject({ versions: ['2'] });
    expect((await call('/v2/models/pump%2Fanomaly/ready')).body).toEqual({ name: 'pump/anomaly', ready: true });
    expect((await post('/v2/models/pump%2Fanomaly/infer', '{"inputs":[]}')).body).toMatchObject({ model_version: '2' });
    expect((await post('/v2/models/pump%2Fanomaly/versions/2/infer', '{"inputs":[]}')).status).toBe(200);
  });

  test.each([
    ['none', '{}', 404, 'ModelNotFound'],
    ['pump%2Fanomaly', 'not json', 400, 'InvalidInput'],
    ['pump%2Fanomaly', '{"inputs":["wrong"]}', 400, 'InferenceInvalid'],
    ['pump%2Fanomaly', '{"inputs":["busy"]}', 429, 'InferenceBusy'],
  ])('a call of %s with %s is %i %s', async (model, body, status, code) => {
    const answer = await post(`/v2/models/${model}/infer`, body);
    expect({ status: answer.status, code: answer.body['code'], error: typeof answer.body['error'] }).toEqual({ status, code, error: 'string' });
  });

  test('a version that the bundle does not have is not there', async () => {
    expect((await call('/v2/models/pump%2Fanomaly/versions/9')).status).toBe(404);
  });
});

describe('its description', () => {
  const operations = gatewayOperations(backend, '0.1.0', () => 0);

  test('every operation is in it once, under an id of its own, and every error in at least one', async () => {
    const { body } = await call('/openapi.json');
    const document = z.object({ openapi: z.literal('3.1.0'), paths: z.record(z.string(), z.record(z.string(), z.object({ operationId: z.string() }))) }).parse(body);
    const ids = Object.values(document.paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    expect(ids.sort()).toEqual(operations.map(({ id }) => id).sort());
    expect(new Set(ids).size).toBe(ids.length);
    const everywhere = ['TokenMissing', 'TooManyRequests', 'NotFound', 'MethodNotAllowed', 'Internal'];
    expect([...new Set([...operations.flatMap(({ errors }) => errors), ...everywhere])].sort()).toEqual(Object.keys(gatewayErrors).sort());
  });

  test('the errors that README.md lists are those of the catalogue', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const listed = [...readme.matchAll(/^\| `([A-Za-z]+)` \| (\d{3}) \| (.+) \|$/gm)].map(([, code, status, happened]) => [code, { status: Number(status), happened }]);
    expect(Object.fromEntries(listed)).toEqual(gatewayErrors);
  });
});

describe('on-demand queries', () => {
  test('answers what a rule holds, and names every fault of a query', async () => {
    const ask = (rule: string, query: unknown) => post(`/v1/rules/${rule}/query`, JSON.stringify({ query }));
    expect(await ask('pumps', 'from Pumps')).toMatchObject({ status: 200, body: { attributes: [{ name: 'pump', type: 'string' }], rows: [['p1'], [null]] } });
    expect(await ask('pumps', 'from Nowhere')).toMatchObject({ status: 400, body: { code: 'QueryInvalid', issues: [{ line: 1, column: 6, message: 'There is no table.' }] } });
    expect(await ask('valves', 'from Pumps')).toMatchObject({ status: 404, body: { code: 'RuleNotFound' } });
    expect(await ask('pumps', '')).toMatchObject({ status: 400, body: { code: 'InvalidInput' } });
    expect(await ask('pumps', 'x'.repeat(20_000))).toMatchObject({ status: 400, body: { code: 'InvalidInput' } });
    expect((await fetch(`${base}/v1/rules/pumps/query`, { method: 'POST', body: '{"query":"from Pumps"}' })).status).toBe(401);
    running = undefined;
    expect(await ask('pumps', 'from Pumps')).toMatchObject({ status: 503, body: { code: 'NotRunning' } });
  });
});
