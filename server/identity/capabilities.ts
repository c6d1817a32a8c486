import type { Role } from '../kernel/actor.ts';

/**
 * What may be done, and the roles that may do it. The same words are the scopes of API tokens. There is no order among
 * roles: whoever reads this table reads all there is to know.
 */
export const capabilityRoles = {
  'nodes:read': ['administrator', 'operator', 'author', 'viewer'],
  'nodes:write': ['administrator', 'operator'],
  'fleets:read': ['administrator', 'operator', 'author', 'viewer'],
  'fleets:write': ['administrator', 'operator'],
  'models:read': ['administrator', 'operator', 'author', 'viewer'],
  'models:write': ['administrator', 'author'],
  'rules:read': ['administrator', 'operator', 'author', 'viewer'],
  'rules:write': ['administrator', 'author'],
  'deployments:read': ['administrator', 'operator', 'author', 'viewer'],
  'deployments:write': ['administrator', 'operator'],
  'alerts:read': ['administrator', 'operator', 'author', 'viewer'],
  'alerts:write': ['administrator', 'operator'],
  'detections:read': ['administrator', 'operator', 'author', 'viewer'],
  'audit:read': ['administrator', 'operator', 'author', 'viewer'],
  'settings:read': ['administrator', 'operator', 'author', 'viewer'],
  'settings:write': ['administrator'],
} as const satisfies Record<string, readonly Role[]>;

export type Capability = keyof typeof capabilityRoles;

export const capabilities = Object.keys(capabilityRoles).filter((name): name is Capability => name in capabilityRoles);
