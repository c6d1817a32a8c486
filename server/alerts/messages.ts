import { createHmac } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { figure } from '../kernel/quantity.ts';
import { secretNamed } from './channel-settings.ts';
import { askedToWaitMs, NotTaken } from './retries.ts';
import type { ChannelSettings, DeliveryEvent, Severity } from './schema.ts';

/** How long a receiver may take, in all. */
const answerMs = 10_000;
const pagerSeverity: Record<Severity, string> = { info: 'info', warning: 'warning', critical: 'critical' };

/** What there is to tell. */
export interface Message {
  event: DeliveryEvent;
  alert: { id: string; source: string; severity: Severity; title: string; detail: string; rule: string | null; count: number; firstAt: number; lastAt: number };
  organization: string;
  /** Where a person can look at it. */
  url: string;
}

/** The one line that says it. */
export function subjectOf({ event, alert }: Message): string {
  const word = event === 'resolved' ? 'Resolved' : event === 'test' ? 'Test' : event === 'testResolved' ? 'Test over' : alert.severity === 'critical' ? 'Critical' : alert.severity === 'warning' ? 'Warning' : 'Info';
  return `${word}: ${alert.title}${alert.count > 1 ? ` (${figure(alert.count)} times)` : ''}`;
}

/** Kinds of which a far end opens something that is there until somebody ends it: a test ends its own. */
export const opensIncidents: ReadonlySet<string> = new Set<ChannelSettings['kind']>(['pagerduty']);

/** Sends one message at `now`. Throws with the reason when the far end did not take it, NotTaken where it said more. */
export async function sendMessage(settings: ChannelSettings, message: Message, now: number): Promise<void> {
  switch (settings.kind) {
    case 'webhook': {
      const body = JSON.stringify(message);
      return post(settings.url, body, now, settings.secret === undefined ? {} : { 'x-selvedge-signature': `sha256=${createHmac('sha256', settings.secret).update(body).digest('hex')}` });
    }
    case 'slack':
      return post(settings.url, JSON.stringify({ text: `*${escapeSlack(subjectOf(message))}*\n${escapeSlack(message.alert.detail)}\n${message.url}` }), now);
    case 'pagerduty':
      return post(
        settings.url,
        JSON.stringify({
          routing_key: settings.routingKey,
          event_action: message.event === 'resolved' || message.event === 'testResolved' ? 'resolve' : 'trigger',
          dedup_key: message.alert.id,
          payload: { summary: subjectOf(message).slice(0, 1024), severity: pagerSeverity[message.alert.severity], source: message.organization, timestamp: new Date(message.alert.lastAt).toISOString(), custom_details: { detail: message.alert.detail, rule: message.alert.rule, count: message.alert.count } },
          links: [{ href: message.url, text: 'Selvedge' }],
        }),
        now,
      );
    case 'email': {
      // A password goes to a mail server that proved who it is, and to nobody on the way: where it offers no TLS, the message is not sent.
      const requireTLS = new URL(settings.smtp).password !== '';
      const transport = createTransport({ url: settings.smtp, requireTLS, connectionTimeout: answerMs, greetingTimeout: answerMs, socketTimeout: answerMs });
      try {
        await transport.sendMail({ from: settings.from, to: settings.to, subject: subjectOf(message).replaceAll(/[\r\n]+/g, ' '), text: `${message.alert.detail}\n\n${message.url}\n` });
      } finally {
        transport.close();
      }
    }
  }
}

async function post(url: string, body: string, now: number, headers: Record<string, string> = {}): Promise<void> {
  const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', 'user-agent': 'Selvedge', ...headers }, redirect: 'error', signal: AbortSignal.timeout(answerMs) });
  await response.body?.cancel();
  if (!response.ok) throw new NotTaken(response.status, askedToWaitMs(response.headers.get('retry-after'), now));
}

/** Slack gives these three a meaning. */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** What people recognise a channel by; nothing secret is in it. */
export function targetOf(settings: ChannelSettings): string {
  switch (settings.kind) {
    case 'email':
      return settings.to.join(', ').slice(0, 256);
    case 'pagerduty':
    case 'webhook':
    case 'slack':
      // The path of an incoming webhook is its secret.
      return secretNamed(settings.url) === null ? new URL(settings.url).host : settings.url;
  }
}
