// @azure/identity alone, for both audiences.

import assert from "node:assert/strict";

import { DefaultAzureCredential, getBearerTokenProvider } from "@azure/identity";

import { audienceOf, runOperations } from "./operations.mjs";

const AUDIENCES = ["https://dynamicsessions.io", "https://acasessions.io"];

await runOperations({
  async token() {
    for (const audience of AUDIENCES) {
      const { token } = await new DefaultAzureCredential().getToken(`${audience}/.default`);
      assert.equal(audienceOf(token), audience);
    }
  },
  async token_provider() {
    for (const audience of AUDIENCES) {
      const provide = getBearerTokenProvider(new DefaultAzureCredential(), `${audience}/.default`);
      assert.equal(audienceOf(await provide()), audience);
    }
  },
});
