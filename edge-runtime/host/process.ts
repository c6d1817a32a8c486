import { flushCompileCache } from 'node:module';
import { systemClock } from '../kernel/clock.ts';
import { messageOf } from '../kernel/path-error.ts';
import { type AgentReady, runAgent } from './agent.ts';
import { type AgentConfig, parseCommand, usage } from './command.ts';
import { readCommandLine } from './config.ts';
import { jsonLogger } from './log.ts';
import { applyFile, holdNode, readStatus, releaseNode, writeReceipt } from './site.ts';

/* The agent's process: reads what it is asked for, runs the agent, and ends it in order. stdout is for programs, stderr for the log. */

/** A drain that takes longer is given up: whoever asked to stop will not wait for ever. */
const DRAIN_MS = 25_000;

async function run(config: AgentConfig): Promise<void> {
  const clock = systemClock();
  const loggerFor = (component: string) => jsonLogger((line) => process.stderr.write(line), clock.now, component);
  const stopping = new AbortController();
  const stop = (): void => {
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort();
    clock.after(DRAIN_MS, () => {
      loggerFor('agent').error('the agent did not stop in time');
      process.exit(1);
    });
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  process.removeAllListeners('warning').on('warning', (warning) => loggerFor('node').warn(warning.message, { name: warning.name }));
  const onReady = (ready: AgentReady): void => {
    process.stdout.write(`${JSON.stringify({ ready: true, pid: process.pid, ...ready })}\n`);
    // Now, since a process that is killed would not come to it.
    flushCompileCache();
  };
  await runAgent(config, { clock, random: Math.random, loggerFor }, onReady, stopping.signal);
  process.exit(0);
}

try {
  const command = parseCommand(readCommandLine());
  if (command.command === 'run') await run(command.config);
  else if (command.command === 'help') process.stdout.write(`${usage}\n`);
  else if (command.command === 'status') process.stdout.write(`${await readStatus(command.folder)}\n`);
  else if (command.command === 'hold') process.stdout.write(`${await holdNode(command.folder, command.minutes, command.reason)}\n`);
  else if (command.command === 'receipt') process.stdout.write(`${await writeReceipt(command.folder, command.file)}\n`);
  else if (command.command === 'apply') {
    const { text, failed } = await applyFile(command.folder, command.file, command.receipt);
    process.stdout.write(`${text}\n`);
    if (failed) process.exitCode = 1;
  } else process.stdout.write(`${await releaseNode(command.folder)}\n`);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
}
