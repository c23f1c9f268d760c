// LlamaIndexTS' tool, which reads its endpoint from the environment. It has no timeout.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { AzureDynamicSessionTool } from "@llamaindex/azure";

import {
  CSV,
  FAILING,
  FIGURE,
  isPng,
  PEOPLE,
  READ_CSV,
  runOperations,
  SLOW,
} from "./operations.mjs";

const tool = new AzureDynamicSessionTool();
const execute = (code) => tool.call({ code });

async function downloaded(remoteFilename) {
  return Buffer.from(await new Response(await tool.downloadFile({ remoteFilename })).arrayBuffer());
}

await runOperations({
  async run() {
    const answer = await execute("print('hi')\n6 * 7");
    assert.deepEqual([answer.status, answer.stdout, answer.result], ["Success", "hi\n", 42]);
  },
  async state() {
    await execute("answer = 6 * 7");
    assert.equal((await execute("answer")).result, 42);
  },
  async upload() {
    const file = await tool.uploadFile({ data: new Blob([CSV]), remoteFilename: "cities.csv" });
    assert.deepEqual([file.filename, file.size], ["cities.csv", CSV.length]);
    assert.equal((await execute(READ_CSV)).result, PEOPLE);
  },
  async list_files() {
    const files = await tool.listFiles();
    assert.deepEqual(
      files.map((file) => [file.filename, file.size]),
      [["cities.csv", CSV.length]],
    );
  },
  async download() {
    assert.deepEqual(await downloaded("cities.csv"), CSV);
  },
  async download_missing() {
    // The client checks no status: it returns the error as the content of the file.
    assert.ok(JSON.parse(await downloaded("missing.csv")).error.code);
  },
  async figure() {
    assert.match((await execute(FIGURE)).result, /\.png$/);
    const [saved] = await readdir("tool-output");
    isPng(await readFile(`tool-output/${saved}`));
  },
  async error() {
    const answer = await execute(FAILING);
    assert.match(answer.stderr, /ZeroDivisionError/);
  },
  async timeout() {
    const ended = execute(SLOW).then(() => "ended");
    assert.equal(await Promise.race([ended, sleep(500, "gave up")]), "gave up");
    assert.equal((await execute("answer")).result, 42);
    await ended;
  },
});
