import { permission } from '../identity/policy.ts';
import type { Actor } from '../kernel/actor.ts';
import type { ModelDetail } from './schema.ts';

/** What the actor may do with a model. Publishing and moving aliases are the author's; trying one out changes nothing. */
export function modelPermissions(actor: Actor): ModelDetail['can'] {
  const write = permission(actor, 'models:write');
  return { publish: write, setAlias: write, tryOut: permission(actor, 'models:read') };
}
