import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { runCommand } from '../tools/services/command.ts';
import { fillAdministrator, open, signInAsAdministrator, writeInEditor } from './actions.ts';
import { pumpRecording } from './recordings.ts';
import { expect, type Stack, type StackNode, test } from './stack.ts';

/**
 * The whole loop as people go through it, once, in one browser: a node joins, a model and a rule are published, planned and
 * deployed, a recording arrives over Kafka and its detection in the browser; then the node is killed in the next activation,
 * converges all the same, and everything is rolled back and on record.
 */
const example = path.resolve(import.meta.dirname, '../examples/pump-loop');

/** For what crosses to a node and back: by far enough on two cores that everything here shares. */
const convergedWithinMs = 150_000;

test.describe.serial('the whole loop', () => {
  let page: Page;
  let node: StackNode;
  let ruleText = '';

  test.beforeAll(async ({ browser, stack }) => {
    page = await browser.newPage({ baseURL: stack.url });
    // Recorded readings bring their own time.
    ruleText = (await readFile(path.join(example, 'valve-watch.siddhi'), 'utf8')).replace("@app:name('valve-watch')", "@app:name('valve-watch')\n@app:playback");
  });
  test.afterAll(async () => {
    await node?.stop();
    await page?.close();
  });

  test('an administrator signs in by the one-time link, which works once', async ({ stack, browser }) => {
    const link = await stack.signInLink();
    await signInAsAdministrator(page, link);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    const other = await browser.newPage();
    await fillAdministrator(other, link);
    await expect(other.getByRole('main').getByRole('alert')).toContainText(/used|expired/i);
    await other.close();
  });

  test('a fleet is made before its first node', async ({ stack }) => {
    await open(page, '/fleets');
    await page.getByRole('button', { name: 'Create a fleet' }).first().click();
    await page.getByLabel('Name').fill('pump-loop');
    await page.getByLabel('Selector').fill('*');
    await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'pump-loop' })).toBeVisible();
    await giveBrokers(page, stack);
  });

  test('a node asks to join, and is approved by its fingerprint', async ({ stack }) => {
    node = await stack.startNode('loop-node');
    await open(page, '/enrolment');
    const request = page.getByRole('article', { name: 'loop-node' });
    await expect(request).toBeVisible();
    await expect(request.getByText(/^[0-9a-f]{4}(-[0-9a-f]{4}){3}$/)).toBeVisible();
    await expect(request.getByText('pump-loop')).toBeVisible();
    await request.getByRole('button', { name: 'Approve' }).click();
    await open(page, '/nodes');
    await expect(page.getByRole('row', { name: /loop-node/ })).toContainText('Healthy');
  });

  test('a model is uploaded, read, tried and named champion; a broken one is refused with the reason', async () => {
    await open(page, '/models');
    await page.getByRole('button', { name: 'Publish a model' }).first().click();
    await page.getByLabel('Choose a file').setInputFiles({ name: 'broken.onnx', mimeType: 'application/octet-stream', buffer: Buffer.from('this is no model') });
    await expect(page.getByText('This file cannot be published')).toBeVisible();
    await page.getByRole('button', { name: 'Choose another file' }).click();
    await page.getByLabel('Choose a file').setInputFiles(path.join(example, 'pump-anomaly.onnx'));
    await expect(page.getByText('Can be served')).toBeVisible();
    await page.getByLabel(/Columns/).fill('flowShift, vibration1Shift, vibration2Shift, currentShift, pressureShift, temperatureShift, thermocoupleShift');
    await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'pump-anomaly' })).toBeVisible();
    await page.getByLabel('flowShift').fill('-0.2');
    await page.getByRole('button', { name: 'Predict' }).click();
    await expect(page.getByText(/^in [\d.]+ ms$/)).toBeVisible();
    await page.getByRole('button', { name: 'Set champion' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Set alias' }).click();
    await expect(page.getByText('is version 1', { exact: true })).toBeVisible();
  });

  test('a rule with an error is marked where it is wrong, and published once it is mended', async () => {
    await open(page, '/rules/new');
    await page.getByLabel('Name').fill('valve-watch');
    await writeInEditor(page, ruleText.replace('insert into Smooth;', 'insert into Smooht;'));
    await expect(page.getByRole('list', { name: 'Problems' })).toContainText('Smooth');
    await expect(page.locator('.cm-lintRange-error').first()).toBeVisible();
    await page.getByRole('button', { name: 'Publish version 1' }).hover();
    await expect(page.getByText(/It has \d+ error/)).toBeVisible();
    await writeInEditor(page, ruleText);
    await expect(page.getByText('Type-checks', { exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Publish version 1' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'valve-watch' })).toBeVisible();
  });

  test('the plan says what changes where, and the node converges', async () => {
    await deploy(page, 1);
    await expect(page.getByText('1 of 1 node reports it')).toBeVisible({ timeout: convergedWithinMs });
    await expect(page.getByText('Succeeded').first()).toBeVisible({ timeout: convergedWithinMs });
    await openNode(page);
    await expect(page.getByText('Synced').first()).toBeVisible();
  });

  test('a recording arrives over Kafka, and its detection in the open page', async ({ stack }, info) => {
    await open(page, '/detections');
    const recording = await pumpRecording(info.outputDir);
    const replayed = runCommand(process.execPath, [path.join(example, 'devices.ts'), '--brokers', stack.brokers.join(','), '--replay', recording, '--speed', '200', '--recent'], { doing: 'replaying a recording' });
    const detection = page.getByRole('link', { name: /Valve closing/ }).first();
    await Promise.all([replayed, expect(detection).toBeVisible({ timeout: convergedWithinMs })]);
    await detection.click();
    await expect(page.getByText('valve-watch').first()).toBeVisible();
    await expect(page.getByText('Agreement').first()).toBeVisible();
  });

  test('the detection opened an alert, people are told of it, and it is taken on and ended', async () => {
    const told: string[] = [];
    const receiver = createServer((request, response) => {
      void request.setEncoding('utf8').toArray().then((parts) => {
        told.push(parts.join(''));
        response.end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    await open(page, '/settings?tab=notifications');
    await page.getByRole('button', { name: 'Add a channel' }).first().click();
    await page.getByLabel('Name').fill('on call');
    await page.getByLabel('Address').fill(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`);
    await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click();
    await expect(page.getByRole('row', { name: /on call.*Webhook/ })).toBeVisible();
    await page.getByRole('button', { name: 'Test' }).click();
    await expect(page.getByRole('row', { name: /A test.*Delivered/ })).toBeVisible({ timeout: 20_000 });
    expect(JSON.parse(told[0] ?? '')).toMatchObject({ event: 'test' });
    await page.getByRole('button', { name: 'Add a route' }).click();
    await page.getByLabel('Name').fill('everything critical');
    await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click();
    const route = page.getByRole('row', { name: /everything critical.*on call/ });
    await expect(route).toBeVisible();
    await route.getByRole('button', { name: 'Change' }).click();
    await page.getByText('About', { exact: true }).click();
    await page.getByRole('checkbox', { name: 'Detections' }).check();
    await page.getByRole('dialog').getByRole('button', { name: 'Change' }).click();
    await expect(route).toContainText('detections');

    await open(page, '/alerts');
    const alert = page.getByRole('row', { name: /Valve closing/ }).first();
    await expect(alert).toContainText('Critical');
    await alert.getByRole('button', { name: 'Take on' }).click();
    await expect(alert).toContainText('Acknowledged');
    await alert.getByRole('button', { name: 'Resolve' }).click();
    await expect(page.getByText('Nothing needs a person')).toBeVisible();
    await new Promise((resolve) => receiver.close(resolve));
  });

  test('the node is killed in its next activation, and comes up with one whole bundle', async () => {
    await open(page, '/rules/valve-watch');
    await writeInEditor(page, ruleText.replaceAll('score > 0.6', 'score > 0.7').replaceAll('score <= 0.6', 'score <= 0.7'));
    await expect(page.getByText('Type-checks', { exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Publish version 2' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
    await expect(page.getByText('valve-watch 2 is published')).toBeVisible();
    await deploy(page, 2);
    await node.kill9();
    await node.start();
    await expect(page.getByText('Succeeded').first()).toBeVisible({ timeout: convergedWithinMs });
    await openNode(page);
    await expect(page.getByText('Synced').first()).toBeVisible();
  });

  test('a deployment is rolled back as a new generation', async () => {
    await open(page, '/deployments');
    await page.getByRole('link', { name: /pump-loop/ }).first().click();
    await page.getByRole('button', { name: 'Roll back' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await expect(page.getByText('RolledBack').first()).toBeVisible({ timeout: convergedWithinMs });
    await open(page, '/rules/valve-watch');
    await expect(page.getByText('version 1 on 1 node')).toBeVisible();
  });

  test('the audit has all of it, and its chain holds', async () => {
    await open(page, '/audit');
    for (const action of [/let in/, /published the model/, /published the rule/, /deployment/]) await expect(page.getByRole('row', { name: action }).first()).toBeVisible();
    await page.getByRole('button', { name: /Verify/ }).click();
    await expect(page.getByText(/chain.*(whole|holds|intact)|verified/i).first()).toBeVisible();
  });
});

/** Where the fleet's Kafka is: settings belong to the place and not to the rule. */
async function giveBrokers(page: Page, stack: Stack): Promise<void> {
  await page.getByRole('tab', { name: 'Settings' }).click();
  const place = page.locator('form').filter({ has: page.getByLabel('Connectors') });
  await place.getByLabel('Connectors').fill(`kafka.brokers=${stack.brokers.join(',')}`);
  await place.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The settings were saved')).toBeVisible();
}

/** Plans a version of the rule for the only fleet, reads the plan and starts it. */
async function deploy(page: Page, version: number): Promise<void> {
  await open(page, '/deployments/new?rule=valve-watch');
  await expect(page.getByRole('heading', { name: 'What changes' })).toBeVisible();
  await expect(page.getByRole('row', { name: /Rule valve-watch/ })).toContainText(String(version));
  await page.getByRole('button', { name: 'Start on 1 node' }).click();
  await expect(page).toHaveURL(/\/deployments\/(?!new)/);
}

async function openNode(page: Page): Promise<void> {
  await open(page, '/nodes');
  await page.getByRole('link', { name: 'loop-node' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'loop-node' })).toBeVisible();
}
