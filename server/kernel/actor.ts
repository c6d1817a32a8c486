import type { Reach } from './reach.ts';

/** The roles that every organization has; it may make others for itself. There is no order among them: identity/policy.ts says what each may do. */
export const roles = ['administrator', 'operator', 'author', 'viewer'] as const;
export type Role = (typeof roles)[number];

/** A role with the reach in which somebody has it. */
export interface Grant {
  readonly role: string;
  readonly capabilities: readonly string[];
  readonly fleets: Reach['fleets'];
}

type ActorBase = Reach & {
  id: string;
  /** As people read it in the audit chain. */
  name: string;
  /** The request on whose behalf this happens; one per job run where there is no request. */
  requestId: string;
};

/** Who does something: a person, a program with an API token, a repository by its documents, a node over its link, or the control plane by itself. */
export type Actor =
  | (ActorBase & {
      kind: 'user';
      role: string;
      /** What any of their roles may; the reach is that of all of them together, until it is narrowed to what is to be done. */
      capabilities: readonly string[];
      /** Where each role holds, for who has several; not there for who has one. */
      grants?: readonly Grant[];
      sessionId: string;
      email: string;
      /** The organization asks for a second factor that the session has not shown: nothing but the person’s own account is open. */
      awaitsSecondFactor?: true;
      /** In by a break-glass code, until a time in milliseconds: each entry of the audit says so, and why. */
      breakGlass?: { reason: string; until: number };
    })
  | (ActorBase & { kind: 'token'; scopes: readonly string[] })
  | (ActorBase & { kind: 'repository'; scopes: readonly string[] })
  | (ActorBase & { kind: 'node' })
  | (ActorBase & { kind: 'system' });

/** The control plane itself, for what its loops and jobs do in an organization. */
export function systemActor(organizationId: string, requestId: string, part = 'control plane'): Actor {
  return { kind: 'system', id: 'system', name: part, organizationId, fleets: 'all', requestId };
}
