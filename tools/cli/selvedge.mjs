#!/usr/bin/env node
// The command `selvedge`: it runs on the Node that this repository pins, as all of our programs do.
process.argv.splice(2, 0, 'tools/cli/main.ts');
await import('../launch.mjs');
