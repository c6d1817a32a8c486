import type { Command } from 'commander';
import { z } from 'zod';
import type { ApiClient } from './client.ts';
import { positive } from './positive.ts';

const alertSchema = z.looseObject({ title: z.string(), state: z.string(), mutedUntil: z.number().nullable() });

/** What the commands need of the program around them. */
interface Surroundings {
  connect(): Promise<ApiClient>;
  out(text: string): void;
  now(): number;
}

/** Alerts, which `get alerts -o wide` lists with their ids. */
export function alertCommands(program: Command, { connect, out, now }: Surroundings): void {
  const alerts = program.command('alert').description('Take alerts on, and end them; by the ids of `get alerts -o wide`.');
  const each = async (ids: readonly string[], act: (client: ApiClient, id: string) => Promise<unknown>): Promise<void> => {
    const client = await connect();
    for (const id of ids) {
      const { title, state, mutedUntil } = alertSchema.parse(await act(client, encodeURIComponent(id)));
      out(`${title}: ${state}${mutedUntil === null || mutedUntil <= now() ? '' : `, muted until ${new Date(mutedUntil).toISOString()}`}\n`);
    }
  };
  alerts.command('acknowledge <ids...>').alias('ack').description('Take alerts on: others see by whom.').action((ids: string[]) => each(ids, (client, id) => client.send('POST', `/alerts/${id}/acknowledge`)));
  alerts.command('resolve <ids...>').description('End alerts; what happens again opens another.').action((ids: string[]) => each(ids, (client, id) => client.send('POST', `/alerts/${id}/resolve`)));
  alerts.command('mute <ids...>').description('Tell nobody of alerts for a while.').option('--minutes <count>', 'for how long', positive, 60).action((ids: string[], options: { minutes: number }) => each(ids, (client, id) => client.send('POST', `/alerts/${id}/mute`, { minutes: options.minutes })));
}
