// Operations of a driver in JavaScript, as in operations.py: an object of functions that throw
// unless the client did what its user wants.

import assert from "node:assert/strict";

export const CSV = Buffer.from("city,people\nKöln,1087\nBonn,336\n");
export const READ_CSV =
  "import pandas as pd\nint(pd.read_csv('/mnt/data/cities.csv')['people'].sum())";
export const PEOPLE = 1423;
export const FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 4, 9])\nplt.show()";
export const FAILING = "print('before')\n1 / 0";
export const SLOW = "import time\ntime.sleep(5)";

export function isPng(content) {
  assert.equal(content.subarray(0, 8).toString("latin1"), "\x89PNG\r\n\x1a\n");
}

export function audienceOf(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url")).aud;
}

// Output of the client does not mix with the report's lines.
const report = console.log;
console.log = console.error;

export async function runOperations(operations) {
  for (const [operation, run] of Object.entries(operations)) {
    let outcome = { ok: true, detail: "" };
    try {
      await run();
    } catch (error) {
      outcome = { ok: false, detail: String(error) };
    }
    report(JSON.stringify({ operation, ...outcome }));
  }
}
