import { permission } from '../identity/policy.ts';
import type { Actor } from '../kernel/actor.ts';
import type { RuleDetail } from './schema.ts';

/** What the actor may do with a rule. Only a published version can be deployed. */
export function rulePermissions(actor: Actor, latestVersion: number): RuleDetail['can'] {
  const write = permission(actor, 'rules:write');
  const deploy = permission(actor, 'deployments:write');
  const unpublished = { allowed: false, reason: 'It has no published version yet.' };
  return { saveDraft: write, publish: write, deploy: deploy.allowed && latestVersion === 0 ? unpublished : deploy };
}
