import type { DeploymentItem } from '../../../server/deployments/schema.ts';

/** "pump-loop: valve-watch 7 → 8": the fleet and what changes of what it runs. */
export function deploymentTitle({ fleet, summary }: Pick<DeploymentItem, 'fleet' | 'summary'>): string {
  return `${fleet.name}: ${summary.join(', ') || 'settings'}`;
}
