import { createLoader, parseAsStringLiteral } from 'nuqs/server';

export const settingsTabs = ['members', 'roles', 'tokens', 'notifications', 'account', 'keys'] as const;
export const settingsParsers = { tab: parseAsStringLiteral(settingsTabs).withDefault('members') };
export const loadSettingsTab = createLoader(settingsParsers);
