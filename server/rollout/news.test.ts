import { expect, test } from 'vitest';
import type { OutboxEvent } from '../kernel/live-bus.ts';
import { News } from './news.ts';

const event = (topic: string, kind: string): OutboxEvent => ({ cursor: '1.1', organizationId: 'o', topic, subjectId: 's', kind, payload: {}, at: 0 });

test('a rollout is looked at as a whole the first time, and again after something was lost', () => {
  const news = new News();
  news.giveBack('r', new Set(['n1']));
  expect(news.take('r')).toBe('all');
  news.looked('r');
  news.giveBack('r', new Set(['n2']));
  expect(news.take('r')).toEqual(new Set(['n2']));
  expect(news.take('r')).toEqual(new Set());
  news.forget();
  expect(news.take('r')).toBe('all');
});

test('a rollout that was heard to begin is known from there on, until something was lost', () => {
  const news = new News();
  news.hear(event('deployment', 'created'));
  expect(news.take('s')).toEqual(new Set());
  news.forget();
  expect(news.take('s')).toBe('all');
  news.hear(event('deployment', 'state'));
  expect(news.take('s')).toBe('all');
});

test('what is given back is kept together with what came since, and all outweighs some', () => {
  const news = new News();
  news.looked('r');
  news.giveBack('r', new Set(['n1']));
  news.giveBack('r', new Set(['n2']));
  expect(news.held).toBe(true);
  expect(news.take('r')).toEqual(new Set(['n1', 'n2']));
  expect(news.held).toBe(false);
  news.giveBack('r', 'all');
  news.giveBack('r', new Set(['n3']));
  expect(news.take('r')).toBe('all');
});

test('a rollout’s own progress, and what it told, are no news of it, and pages’ topics are none', () => {
  const news = new News();
  for (const [topic, kind] of [['deployment', 'progress'], ['fleet', 'status'], ['rule', 'published'], ['assignment', 'assigned']] as const) expect(news.hear(event(topic, kind))).toBe(false);
  expect(news.fresh).toBe(false);
  for (const [topic, kind] of [['deployment', 'state'], ['fleet', 'members'], ['node', 'reported'], ['membership', 'moved']] as const) expect(news.hear(event(topic, kind))).toBe(true);
  expect(news.fresh).toBe(true);
});

test('that a rollout began or was moved does not wait for other news', () => {
  const news = new News();
  news.hear(event('node', 'reported'));
  expect(news.urgent).toBe(false);
  news.hear(event('deployment', 'created'));
  expect(news.urgent).toBe(true);
});
