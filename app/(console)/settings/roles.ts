import type { Role } from '../../../server/kernel/actor.ts';

/** The roles in the words of the people who choose them. */
export const roleMeanings: Record<Role, string> = {
  administrator: 'everything, with members, tokens and settings',
  operator: 'nodes, fleets and deployments',
  author: 'rules and models',
  viewer: 'sees all, changes nothing',
};

export const roleOptions: { value: Role; label: string }[] = [
  { value: 'administrator', label: 'Administrator' },
  { value: 'operator', label: 'Operator' },
  { value: 'author', label: 'Author' },
  { value: 'viewer', label: 'Viewer' },
];
