import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';
import type { SingleSignOn } from '../../kernel/env.ts';

/** A person as the provider knows them. */
export interface ProvidedPerson {
  sub: string;
  email: string;
  email_verified: boolean;
  name: string;
}

interface Grant {
  addOIDCScope(scope: string): void;
  save(): Promise<string>;
}
interface Context {
  oidc: { client: { clientId: string }; session: { accountId: string }; provider: { Grant: new (of: { clientId: string; accountId: string }) => Grant } };
}

/** A real OpenID Connect provider beside the test, which knows these people and asks for any password. Closed after the file. */
export async function aProvider(publicUrl: string, people: readonly ProvidedPerson[]): Promise<SingleSignOn> {
  const client = { client_id: 'selvedge', client_secret: 'a secret of the provider', redirect_uris: [`${publicUrl}/api/auth/callback/oidc`] };
  const holder: { listener: RequestListener } = { listener: (_, response) => void response.writeHead(503).end() };
  const server = createServer((request, response) => void holder.listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has an AddressInfo.
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // The package comes without types; by a name that is no literal it is looked up when it is asked for.
  const name: string = 'oidc-provider';
  const { Provider }: { Provider: new (issuer: string, configuration: object) => { callback(): RequestListener } } = await import(name);
  const provider = new Provider(issuer, {
    clients: [client],
    cookies: { keys: ['of a test'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    findAccount: (_context: unknown, id: string) => {
      const person = people.find((one) => one.sub === id);
      return person === undefined ? undefined : { accountId: id, claims: () => person };
    },
    loadExistingGrant: async ({ oidc }: Context) => {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  holder.listener = provider.callback();
  afterAll(() => new Promise<void>((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  }));
  return { issuer, clientId: client.client_id, clientSecret: client.client_secret, name: 'the plant login', showsSecondFactor: true };
}
