import { announce } from './announce.ts';
import { bringUpConsole, bringUpControlPlane, bringUpDatabase, settleConsolePort } from './platform.ts';
import { takeState } from './remembered.ts';
import { runSession } from './session.ts';

/** `npm run control-plane`: the console and what it needs, with no broker, no node and no example. */
await runSession(async (session) => {
  await takeState();
  await settleConsolePort();
  const [databaseUrl] = await Promise.all([bringUpDatabase(session), bringUpConsole(session)]);
  const { service } = await bringUpControlPlane(session, databaseUrl);
  announce(session.print, service);
  return session.untilEnd();
}, 0);
