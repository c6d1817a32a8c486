import { createHmac } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { figure } from '../kernel/quantity.ts';
import { secretNamed } from './channel-settings.ts';
import type { ChannelSettings, Severity } from './schema.ts';

/** How long a receiver may take, in all. */
const answerMs = 10_000;
const pagerSeverity: Record<Severity, string> = { info: 'info', warning: 'warning', critical: 'critical' };

/** What there is to tell. */
export interface Message {
  event: 'opened' | 'resolved' | 'test';
  alert: { id: string; source: string; severity: Severity; title: string; detail: string; rule: string | null; count: number; firstAt: number; lastAt: number };
  organization: string;
  /** Where a person can look at it. */
  url: string;
}

/** The one line that says it. */
export function subjectOf({ event, alert }: Message): string {
  const word = event === 'resolved' ? 'Resolved' : event === 'test' ? 'Test' : alert.severity === 'critical' ? 'Critical' : alert.severity === 'warning' ? 'Warning' : 'Info';
  return `${word}: ${alert.title}${alert.count > 1 ? ` (${figure(alert.count)} times)` : ''}`;
}

/** Sends one message. Throws with the reason when the far end did not take it. */
export async function sendMessage(settings: ChannelSettings, message: Message): Promise<void> {
  switch (settings.kind) {
    case 'webhook': {
      const body = JSON.stringify(message);
      return post(settings.url, body, settings.secret === undefined ? {} : { 'x-selvedge-signature': `sha256=${createHmac('sha256', settings.secret).update(body).digest('hex')}` });
    }
    case 'slack':
      return post(settings.url, JSON.stringify({ text: `*${escapeSlack(subjectOf(message))}*\n${escapeSlack(message.alert.detail)}\n${message.url}` }));
    case 'pagerduty':
      return post(
        settings.url,
        JSON.stringify({
          routing_key: settings.routingKey,
          event_action: message.event === 'resolved' ? 'resolve' : 'trigger',
          dedup_key: message.alert.id,
          payload: { summary: subjectOf(message).slice(0, 1024), severity: pagerSeverity[message.alert.severity], source: message.organization, timestamp: new Date(message.alert.lastAt).toISOString(), custom_details: { detail: message.alert.detail, rule: message.alert.rule, count: message.alert.count } },
          links: [{ href: message.url, text: 'Selvedge' }],
        }),
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

async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<void> {
  const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', 'user-agent': 'Selvedge', ...headers }, redirect: 'error', signal: AbortSignal.timeout(answerMs) });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`It answered ${response.status}.`);
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
