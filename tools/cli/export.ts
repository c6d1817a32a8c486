import { Argument, type Command } from 'commander';
import { stringify } from 'yaml';
import { exportDocumentsOutput } from '../../server/documents/schema.ts';
import type { ExportedKind } from '../../server/documents/schema.ts';
import type { ApiClient } from './client.ts';

const kinds: Readonly<Record<string, ExportedKind>> = { channels: 'Channel', routes: 'Route', 'alert-settings': 'AlertSettings' };

/** What is there, as `apply` takes it. */
export function exportCommand(program: Command, connect: () => Promise<ApiClient>, out: (text: string) => void): void {
  program
    .command('export')
    .description('Write channels, routes and alert settings down as documents, for `apply` or a repository; nothing secret is in them, and applying them changes nothing.')
    .addArgument(new Argument('[kinds...]', 'all when left out').choices(Object.keys(kinds)))
    .action(async (given: string[]) => {
      const { documents, omitted } = exportDocumentsOutput.parse(await (await connect()).get('/documents', { kind: given.length === 0 ? undefined : given.flatMap((one) => kinds[one] ?? []) }));
      out(documents.map((document) => stringify(document)).join('---\n'));
      for (const why of omitted) out(`# left out: ${why.replaceAll(/\s+/g, ' ')}\n`);
    });
}
