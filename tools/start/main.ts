import { parseArgs } from 'node:util';
import { announce } from './announce.ts';
import { bringUpNode, installExample, startDevices } from './example.ts';
import { bringInPrograms, bringUpConsole, bringUpControlPlane, bringUpDatabase, bringUpKafka, settleConsolePort } from './platform.ts';
import { takeState } from './remembered.ts';
import { runSession } from './session.ts';

/**
 * `npm start`: everything on one machine. What does not wait for something else happens at once: the broker and the database
 * start while the console is built. With --empty there is a control plane and a broker, and neither node nor example.
 */
await runSession(async (session) => {
  const { values } = parseArgs({ options: { empty: { type: 'boolean', default: false } } });
  await takeState();
  await settleConsolePort();
  const programs = bringInPrograms(session);
  const [controlPlane, brokers] = await Promise.all([
    Promise.all([bringUpDatabase(session), bringUpConsole(session)]).then(async ([databaseUrl]) => {
      const running = await bringUpControlPlane(session, databaseUrl);
      await programs;
      if (!values.empty) await bringUpNode(session, running);
      return running;
    }),
    programs.then(() => bringUpKafka(session)),
  ]);
  if (!values.empty && brokers !== undefined) {
    await installExample(session, controlPlane, brokers);
    await startDevices(session, brokers);
  }
  announce(session.print, controlPlane.service);
  return session.untilEnd();
}, 0);
