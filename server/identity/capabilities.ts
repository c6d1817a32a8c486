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
  'repositories:read': ['administrator', 'operator', 'author', 'viewer'],
  'repositories:write': ['administrator'],
  'alerts:read': ['administrator', 'operator', 'author', 'viewer'],
  'alerts:write': ['administrator', 'operator'],
  'detections:read': ['administrator', 'operator', 'author', 'viewer'],
  'audit:read': ['administrator', 'operator', 'author', 'viewer'],
  'settings:read': ['administrator', 'operator', 'author', 'viewer'],
  'settings:write': ['administrator'],
} as const satisfies Record<string, readonly Role[]>;

export type Capability = keyof typeof capabilityRoles;

export const capabilities = Object.keys(capabilityRoles).filter((name): name is Capability => name in capabilityRoles);

/**
 * What keeps its meaning for who is limited to some fleets: all that is about nodes and fleets, and to read what every fleet
 * shares. The others concern the organization as a whole and are not theirs, whatever the role says.
 */
export const fleetCapabilities: ReadonlySet<Capability> = new Set([
  'nodes:read', 'nodes:write', 'fleets:read', 'fleets:write', 'deployments:read', 'deployments:write', 'alerts:read', 'alerts:write', 'detections:read', 'models:read', 'rules:read',
  'audit:read',
]);
