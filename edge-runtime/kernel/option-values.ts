import { labelReference } from '../protocol/index.ts';
import { PathError } from './path-error.ts';

/** What of a node stands in options: its secrets, which stay here, and its labels, which come signed with what it is told to run. */
export interface NodeValues {
  secret(name: string): string | undefined;
  label(name: string): string | undefined;
}

/** Replaces `${secret:NAME}` and `${label:NAME}` in option values. Throws a `PathError` naming what is missing, never a secret's value. */
export function withNodeValues(options: Readonly<Record<string, string>>, values: NodeValues, subject: string): Record<string, string> {
  const secretOf = (_: string, name: string): string => {
    const found = values.secret(name);
    if (found === undefined) throw new PathError('secret.missing', subject, `${subject} needs the secret '${name}', which this node does not have`);
    return found;
  };
  const labelOf = (_: string, name: string): string => {
    const found = values.label(name);
    if (found === undefined) throw new PathError('label.missing', subject, `${subject} needs the label '${name}', which this node does not have`);
    return found;
  };
  // Labels first: what a secret holds is never read as anything else.
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, value.replaceAll(labelReference, labelOf).replaceAll(/\$\{secret:([A-Za-z0-9_.-]+)\}/g, secretOf)]));
}
