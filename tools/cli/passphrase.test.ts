import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exitCodes } from './exit.ts';
import { commandLine } from './testing/command-line.ts';
import type { Said } from './testing/command-line.ts';

let folder: string;
let key: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'selvedge-passphrase-'));
  key = path.join(folder, 'ada.key');
});
afterEach(() => rm(folder, { recursive: true }));

/** `selvedge sign …` by somebody with this in the environment, or who types these answers at the terminal. */
async function sign(args: string[], { passphrase, answers }: { passphrase?: string; answers?: string[] } = {}): Promise<Said & { asked: string[] }> {
  const asked: string[] = [];
  const ask = async (question: string): Promise<string> => {
    asked.push(question);
    return answers?.shift() ?? '';
  };
  const said = await commandLine(['sign', ...args], { profileFile: path.join(folder, 'profile.json'), ...(answers !== undefined && { ask }), ...(passphrase !== undefined && { passphrase }) });
  return { ...said, asked };
}

describe('a key that somebody holds', () => {
  test('is kept under a passphrase, which is asked for twice when it is made and once when it is used', async () => {
    const made = await sign(['new-key', key], { answers: ['correct horse', 'correct horse'] });
    expect(made).toMatchObject({ code: exitCodes.done, asked: [`Passphrase for ${key}: `, 'Once more: '] });
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    expect(await readFile(key, 'utf8')).not.toContain('PRIVATE KEY');
    expect(await sign(['public-key', key], { answers: ['correct horse'] })).toMatchObject({ code: exitCodes.done, out: made.out, asked: [`Passphrase of ${key}: `] });
    expect(await sign(['public-key', key], { answers: ['battery staple'] })).toMatchObject({ code: exitCodes.noAccess, error: `That is not the passphrase of ${key}, or the file was changed.\n` });
  });

  test('is made and used without a terminal, by the environment, a file or a descriptor', async () => {
    const file = path.join(folder, 'passphrase');
    await writeFile(file, 'correct horse\nand more\n');
    const { out } = await sign(['new-key', key], { passphrase: 'correct horse' });
    expect((await sign(['public-key', key, '--passphrase-file', file])).out).toBe(out);
    expect(await sign(['public-key', key])).toMatchObject({ code: exitCodes.usage, error: expect.stringContaining('SELVEDGE_KEY_PASSPHRASE') });
  });

  test('is not made where nobody was asked, with an empty passphrase, or with two that differ', async () => {
    expect(await sign(['new-key', key])).toMatchObject({ code: exitCodes.usage, error: expect.stringContaining('--no-passphrase') });
    expect(await sign(['new-key', key], { answers: [''] })).toMatchObject({ code: exitCodes.usage, error: expect.stringContaining('protects nothing') });
    expect(await sign(['new-key', key], { answers: ['one', 'two'] })).toMatchObject({ code: exitCodes.usage, error: 'The two passphrases differ.\n' });
    await expect(stat(key)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('of before, without a passphrase, is read as ever, and can be put under one', async () => {
    const { out } = await sign(['new-key', key, '--no-passphrase']);
    expect(await readFile(key, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect((await sign(['public-key', key])).out).toBe(out);
    expect(await sign(['passphrase', key], { answers: ['correct horse', 'correct horse'] })).toMatchObject({ code: exitCodes.done });
    expect(await readFile(key, 'utf8')).not.toContain('PRIVATE KEY');
    expect((await sign(['public-key', key], { answers: ['correct horse'] })).out).toBe(out);
    await sign(['passphrase', key, '--no-passphrase'], { passphrase: 'correct horse' });
    expect((await sign(['public-key', key])).out).toBe(out);
  });

  test('is not opened after its file was changed, and a file that would fill the memory is refused', async () => {
    await sign(['new-key', key], { passphrase: 'correct horse' });
    const text = await readFile(key, 'utf8');
    await writeFile(key, text.replace('"p": 1', '"p": 2'));
    expect(await sign(['public-key', key], { passphrase: 'correct horse' })).toMatchObject({ code: exitCodes.noAccess });
    await writeFile(key, text.replace('"N": 131072', '"N": 4194304'));
    expect(await sign(['public-key', key], { passphrase: 'correct horse' })).toMatchObject({ code: exitCodes.usage, error: `${key} cannot be read, or holds no private key.\n` });
  });
});
