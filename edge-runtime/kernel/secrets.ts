import { PathError } from './path-error.ts';

/** Replaces `${secret:NAME}` in option values by the node's own secrets. Throws a `PathError` naming the secret, never its value. */
export function withSecrets(options: Readonly<Record<string, string>>, secret: (name: string) => string | undefined, subject: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      value.replaceAll(/\$\{secret:([A-Za-z0-9_.-]+)\}/g, (_, name: string) => {
        const found = secret(name);
        if (found === undefined) throw new PathError('secret.missing', subject, `${subject} needs the secret '${name}', which this node does not have`);
        return found;
      }),
    ]),
  );
}
