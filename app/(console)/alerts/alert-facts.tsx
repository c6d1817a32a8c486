import Link from 'next/link';
import type { ReactNode } from 'react';
import type { AlertItem } from '../../../server/alerts/schema.ts';
import { count } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { Details } from '../../_ui/details.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { AlertState } from './alert-state.tsx';

/** How an alert stands, how often it happened and where, and who has it. */
export function AlertFacts({ alert }: { alert: AlertItem }) {
  return <Details rows={rowsOf(alert)} />;
}

function rowsOf(alert: AlertItem): { name: string; value: ReactNode }[] {
  const link = (href: string, text: string) => <Link href={href} className="text-accent hover:underline">{text}</Link>;
  const who = (one: { by: string; at: number }) => <>{one.by}, <RelativeTime at={one.at} /></>;
  return [
    { name: 'State', value: <AlertState alert={alert} /> },
    { name: 'Happened', value: <>{alert.count === 1 ? 'once' : `${count(alert.count)} times`}, last <RelativeTime at={alert.lastAt} />{alert.count === 1 ? null : <>, first <RelativeTime at={alert.firstAt} /></>}</> },
    ...(alert.detail === '' ? [] : [{ name: alert.count > 1 && alert.source === 'detection' ? 'The latest' : 'What', value: alert.detail }]),
    ...(alert.rule === null ? [] : [{ name: 'Rule', value: link(paths.rule(alert.rule), alert.rule) }]),
    ...(alert.node === null ? [] : [{ name: 'Node', value: link(paths.node(alert.node.id), alert.node.name) }]),
    ...(alert.fleet === null ? [] : [{ name: 'Fleet', value: link(paths.fleet(alert.fleet.id), alert.fleet.name) }]),
    ...(alert.deployment === null ? [] : [{ name: 'Deployment', value: link(paths.deployment(alert.deployment), 'The rollout') }]),
    { name: 'Taken on', value: alert.acknowledged === null ? 'by nobody yet' : who(alert.acknowledged) },
    ...(alert.mutedUntil === null ? [] : [{ name: 'Muted until', value: <RelativeTime at={alert.mutedUntil} /> }]),
    ...(alert.resolved === null ? [] : [{ name: 'Resolved', value: who(alert.resolved) }]),
  ];
}
