import { expect, test } from 'vitest';
import { procedureProblems, reachProblems } from './cli-reach.ts';
import { kinds } from '../cli/kinds.ts';

/* Violations are planted, and have to be found. */

const lists = kinds.flatMap(({ path }) => [{ method: 'GET', path }, { method: 'GET', path: `${path}/{id}` }]);
const routes = [...lists, { method: 'POST', path: '/nodes/{id}/retry' }, { method: 'PATCH', path: '/uploads/{id}' }];
const file = 'tools/cli/nodes.ts';
const commands = (...lines: string[]): Map<string, string> => new Map([[file, lines.join('\n')]]);
const retry = "await client.send('POST', `/nodes/${encodeURIComponent(node.id)}/retry`, {});";
const upload = "await client.sendBytes(`/uploads/${id}`, piece, {});";

test('nothing is found where each route is called, whatever is filled in and asked', () => {
  expect(reachProblems(commands(retry, upload, "await client.download(`/nodes/${id}?days=${days}`); columns.get('name');"), routes, {})).toEqual([]);
});

test('a route that no command reaches is found, and one that is excused is not', () => {
  expect(reachProblems(commands(upload), routes, {})).toEqual([expect.stringContaining('no command reaches POST /nodes/{id}/retry')]);
  expect(reachProblems(commands(upload), routes, { 'POST /nodes/{id}/retry': 'planted' })).toEqual([]);
});

test('an excuse for what is reached, or is no route, is found', () => {
  expect(reachProblems(commands(retry, upload), routes, { 'POST /nodes/{id}/retry': 'planted', 'GET /nowhere': 'planted' })).toEqual([expect.stringContaining('which a command reaches'), expect.stringContaining('GET /nowhere, which is no route')]);
});

test('a call of what is no route, or does not spell its address out, is found', () => {
  expect(reachProblems(commands(retry, upload, "client.get('/nowhere'); client.send('DELETE', '/nodes/{id}/retry'); client.send('POST', `/nodes/${id}/${verb}`);"), routes, {})).toEqual([
    expect.stringContaining('calls DELETE /nodes/{id}/retry'), expect.stringContaining('calls POST /nodes/{}/{}'), expect.stringContaining('calls GET /nowhere'),
  ]);
});

test('a procedure that only pages can call is found, and so is an excuse for one that is a route', () => {
  expect(procedureProblems([{ name: 'a.b' }, { name: 'a.c', rest: {} }, { name: 'a.d' }], { 'a.d': 'planted' })).toEqual([expect.stringContaining('a.b is no route')]);
  expect(procedureProblems([{ name: 'a.c', rest: {} }], { 'a.c': 'planted' })).toEqual([expect.stringContaining('a.c, which is a route')]);
});
