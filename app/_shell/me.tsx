'use client';
import { useQuery } from '@tanstack/react-query';
import type { Capability } from '../../server/identity/capabilities.ts';
import { fleetCapabilities } from '../../server/identity/schema.ts';
import { useTRPC } from '../_data/trpc.tsx';

/** Who is signed in and what they may do; undefined for the moment before it is known. */
export function useMe() {
  const trpc = useTRPC();
  return useQuery({ ...trpc.identity.me.queryOptions(), staleTime: 5 * 60_000 }).data;
}

/** Why somebody cannot bring nodes in, or undefined: nodes that ask to join belong to no fleet. */
export function useEnrolmentRefusal(): string | undefined {
  return useRefusal('nodes:read', 'Members', 'organization');
}

/** Undefined when the person may, else the sentence that says who could. For what is not tied to one row; rows bring their own `can`. */
export function useRefusal(capability: Capability, who: string, breadth: 'fleet' | 'organization' = 'fleet'): string | undefined {
  const me = useMe();
  if (me === undefined) return 'It is not known yet whether you may.';
  const holding = me.grants.filter((grant) => grant.capabilities.includes(capability));
  const concernsAll = breadth === 'organization' || !fleetCapabilities.has(capability);
  if (concernsAll && me.fleets !== null) return 'You may not do this: it concerns the whole organization, and you are limited to some of its fleets.';
  if (concernsAll && holding.length > 0 && holding.every(({ fleets }) => fleets !== null)) return 'You may not do this: it concerns the whole organization, and you have the role for it in some of its fleets.';
  return me.capabilities.includes(capability) ? undefined : `Your role${me.role ? `, ${me.role},` : ''} may not do this. ${who} may.`;
}
