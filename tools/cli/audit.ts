import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { Option, type Command } from 'commander';
import { auditEntrySchema, auditOutcomeSchema, verifyAuditOutput } from '../../server/audit/schema.ts';
import type { AuditEntry } from '../../server/audit/schema.ts';
import { ReceiptWitness } from '../../server/audit/receipt-witness.ts';
import { verifyExport } from '../../server/audit/verify-export.ts';
import type { ApiClient } from './client.ts';
import { CliError, exitCodes } from './exit.ts';
import { readGiven } from './given-file.ts';
import { momentOf } from './moment.ts';
import { formats, render, type Column, type Format } from './output.ts';
import { positive } from './positive.ts';

const columns: readonly Column<AuditEntry>[] = [
  { head: 'NUMBER', value: (entry) => entry.sequence },
  { head: 'AT', value: (entry) => new Date(entry.at).toISOString() },
  { head: 'ACTOR', value: (entry) => entry.actor.name },
  { head: 'ACTION', value: (entry) => entry.action },
  { head: 'OBJECT', value: (entry) => `${entry.object.kind}/${entry.object.name}` },
  { head: 'OUTCOME', value: (entry) => entry.outcome },
  { head: 'REASON', value: (entry) => entry.reason },
  { head: 'REQUEST', wide: true, value: (entry) => entry.requestId },
];

/** What the commands need of the program around them. */
interface Surroundings {
  connect(): Promise<ApiClient>;
  out(text: string): void;
  error(text: string): void;
  now(): number;
  /** Hears the exit code of a command that was carried out and did not end well. */
  end(exitCode: number): void;
}

interface ListOptions {
  actor?: string;
  action?: string;
  object?: string;
  outcome?: string;
  from?: number;
  to?: number;
  limit: number;
  output: Format;
}

/** The chain of what was done and refused: listed, computed again here and from a file. */
export function auditCommands(program: Command, { connect, out, error, now, end }: Surroundings): void {
  const audit = program.command('audit').description('The chain of what was done and refused.');
  const moment = (flags: string, words: string): Option => new Option(flags, `${words}: a time, as 2026-11-27T08:00Z, or how long ago, as 2h`).argParser(momentOf(now));
  audit
    .command('list')
    .description('What was done and refused, newest first; -o json has before and after.')
    .option('--actor <text>', 'part of who did it')
    .option('--action <text>', 'what it begins with, as fleet or rule.publish')
    .option('--object <text>', 'part of what it was done to, or its kind')
    .addOption(new Option('--outcome <outcome>').choices(auditOutcomeSchema.options))
    .addOption(moment('--from <moment>', 'not before'))
    .addOption(moment('--to <moment>', 'not after'))
    .option('--limit <count>', 'at most so many', positive, 50)
    .addOption(new Option('-o, --output <format>', 'form of the answer').choices(formats).default('table'))
    .action(async ({ limit, output, ...filter }: ListOptions) => {
      const entries = (await (await connect()).list('/audit', filter, limit)).map((one) => auditEntrySchema.parse(one));
      out(render(entries, columns, ({ sequence }) => String(sequence), output));
    });
  audit.command('check').description('Have the control plane compute its chain again; ends with 1 where it is broken. `export` and `verify` ask nobody’s word for it.').action(async () => {
    const { ok, entries, brokenAt } = verifyAuditOutput.parse(await (await connect()).get('/audit/verification'));
    if (ok) return out(`Whole: ${entries} entries.\n`);
    error(`Broken at entry ${brokenAt ?? '-'}, of ${entries}.\n`);
    end(exitCodes.differs);
  });
  audit.command('export <file>').description('Write the whole chain into a file, ended by a signed checkpoint.').action(async (file: string) => exportAudit(await connect(), file));
  audit.command('verify <file>').description('Whether an export is whole: nothing edited, removed, added or moved. Needs no server; ends with 1 when it is not.').option('--key <publicKey...>', 'trust these keys only').option('--receipt <file...>', 'receipts of nodes, to be held against it').action(async (file: string, options: { key?: string[]; receipt?: string[] }) => {
    const witness = new ReceiptWitness();
    const { whole, text } = await verifyAudit(file, options.key, witness);
    const receipts = whole ? await Promise.all((options.receipt ?? []).map(async (one) => witness.check(await readGiven(one, async () => '')))) : [];
    for (const said of [{ agrees: whole, text: text.trimEnd() }, ...receipts]) (said.agrees ? out : error)(`${said.text}\n`);
    if (!whole || receipts.some(({ agrees }) => !agrees)) end(exitCodes.differs);
  });
}

/** Writes the whole chain into a file, as it comes. */
async function exportAudit(client: ApiClient, file: string): Promise<void> {
  await pipeline(await client.download('/audit/export'), createWriteStream(file, { mode: 0o600 }));
}

/** Verifies an export with no server; answers what to say and whether it is whole. */
async function verifyAudit(file: string, trusted: readonly string[] | undefined, witness: ReceiptWitness): Promise<{ whole: boolean; text: string }> {
  const input = createReadStream(file, 'utf8');
  await new Promise<void>((resolve, reject) => {
    input.once('open', () => resolve());
    input.once('error', () => reject(new CliError(exitCodes.usage, `${file} cannot be read.`)));
  });
  const verdict = await verifyExport(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }), trusted, (entry) => witness.see(entry));
  if (!verdict.whole) return { whole: false, text: `Not whole: line ${verdict.line}: ${verdict.because}.\n` };
  const who = trusted === undefined ? `signed by ${verdict.keys.join(', ')}; compare with Settings, Signing keys, or give it as --key` : 'signed by a key that you trust';
  return { whole: true, text: `Whole: ${verdict.entries} entries up to ${new Date(verdict.at).toISOString()}, ${who}.\n` };
}
