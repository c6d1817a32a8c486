import type { AlertSource, Channel } from '../../server/alerts/schema.ts';

/** What an alert may be about, in words. */
export const sourceWords: Readonly<Record<AlertSource, string>> = {
  detection: 'Detections',
  nodesOffline: 'Nodes that are away',
  nodesQuarantined: 'Nodes in quarantine',
  recordsLost: 'Lost records',
  rolloutSuspended: 'Rollouts that stopped themselves',
  rolloutWaiting: 'Rollouts that wait for somebody',
  repositoryFailing: 'Repositories that cannot be read',
  repositoryDrifted: 'Repositories that differ',
  tokenExpiring: 'Tokens and codes that expire',
  breakGlass: 'Break-glass access',
};

/** By which way people are told. */
export const channelWords: Readonly<Record<Channel['kind'], string>> = { webhook: 'Webhook', slack: 'Slack', pagerduty: 'PagerDuty', email: 'E-mail' };
