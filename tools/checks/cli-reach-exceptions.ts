/** Routes of the public API that no command calls, and why there is none. */
export const exceptions: Readonly<Record<string, string>> = {
  'POST /fleets': 'A fleet is a document: `apply -f`.',
  'PATCH /fleets/{id}': 'A fleet is a document: `apply -f`.',
  'POST /deployment-plans': 'A deployment is a document: `plan -f`.',
  'POST /deployments': 'A deployment is a document: `apply -f`.',
  'GET /nodes/summary': '`overview` has these counts among others.',
  'GET /nodes/{id}/history': '`figures node` has them, over any time.',
  'GET /repository-owners': '`describe repo` lists what a repository names; a page about one thing asks the other way round.',
  'HEAD /uploads/{id}': 'Tells who was interrupted where to go on; `model push` begins again, under a digest that finds what is wrong.',
};

/** What only pages do, by procedure, and why no program asks for it. */
export const pagesAlone: Readonly<Record<string, string>> = {
  'identity.ways': 'How the sign-in page may let somebody in: a program has a token.',
  'identity.invitation': 'What the page of an invitation shows to who was invited.',
  'identity.sessions.list': 'The sessions of the person who looks: a token is none and has none.',
  'identity.sessions.revoke': 'A person ends sessions of their own.',
  'identity.sessions.revokeOthers': 'A person ends sessions of their own.',
  'identity.passkeys.list': 'The passkeys of the person who looks.',
  'identity.passkeys.remove': 'A person removes a passkey of their own.',
  'live.position': 'Where a page begins to listen.',
  'live.changes': 'Tells an open page what to ask again: a program asks when it wants to know, or `get -w`.',
  'live.telemetry': 'Moves the charts of an open page: `POST /telemetry/series` has the figures.',
  'live.tail': 'Rows of a stream as they come, for as long as a page shows them: `GET /nodes/{id}/events` has those that are stored.',
  'nodes.rows': 'Rows of a list that is on the screen, by id, when these nodes report: `GET /nodes` has them.',
  'nodes.cells': 'Counts of nodes that look alike, to be drawn: `GET /nodes` says the same in words.',
  'nodes.density': 'One letter a node, to be drawn: `GET /nodes` says the same in words.',
};
