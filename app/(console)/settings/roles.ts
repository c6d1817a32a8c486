import type { z } from 'zod';
import type { Role as BuiltInRole } from '../../../server/kernel/actor.ts';
import type { listRolesOutput } from '../../../server/identity/schema.ts';

export type Role = z.infer<typeof listRolesOutput>['items'][number];

/** The roles that every organization has, in the words of the people who choose them. */
const builtIn: Record<BuiltInRole, { label: string; meaning: string }> = {
  administrator: { label: 'Administrator', meaning: 'everything, with members, tokens and settings' },
  operator: { label: 'Operator', meaning: 'nodes, fleets and deployments' },
  author: { label: 'Author', meaning: 'rules and models' },
  viewer: { label: 'Viewer', meaning: 'sees all, changes nothing' },
};

/** What a role is called; those that the organization made have the name they were given. */
export function roleLabel(name: string): string {
  return isBuiltIn(name) ? builtIn[name].label : name;
}

/** What a role is for, as far as it is known by its name. */
export function roleMeaning(name: string): string | undefined {
  return isBuiltIn(name) ? builtIn[name].meaning : undefined;
}

/** What a role may, in words: “changes nodes; reads rules and models”. */
export function rightsInWords(capabilities: readonly string[]): string {
  const nouns = (verb: string) => capabilities.filter((capability) => capability.endsWith(`:${verb}`)).map((capability) => capability.slice(0, -verb.length - 1));
  const written = nouns('write');
  const read = nouns('read').filter((noun) => !written.includes(noun));
  return [written.length > 0 ? `changes ${listed(written)}` : '', read.length > 0 ? `reads ${listed(read)}` : ''].filter((part) => part !== '').join('; ');
}

function isBuiltIn(name: string): name is BuiltInRole {
  return name in builtIn;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
