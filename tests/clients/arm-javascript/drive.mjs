// @azure/arm-appcontainers: a session pool from creation to deletion, with a token of the managed
// identity. The variables are those of `dynsessions env`.

import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";

import { ContainerAppsAPIClient } from "@azure/arm-appcontainers";
import { DefaultAzureCredential } from "@azure/identity";

import { runOperations } from "./operations.mjs";

globalThis.crypto ??= webcrypto; // the SDK needs it, and Node.js 18 of Debian 12 lacks it

const { AZURE_SUBSCRIPTION_ID, AZURE_RESOURCE_GROUP, ARM_RESOURCE_MANAGER_ENDPOINT } = process.env;
const client = new ContainerAppsAPIClient(new DefaultAzureCredential(), AZURE_SUBSCRIPTION_ID, {
  endpoint: ARM_RESOURCE_MANAGER_ENDPOINT,
});
const pools = client.containerAppsSessionPools;
const NAME = "javascript-pool";

async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}

await runOperations({
  async create() {
    const pool = await pools.beginCreateOrUpdateAndWait(AZURE_RESOURCE_GROUP, NAME, {
      location: "northeurope",
      containerType: "PythonLTS",
      poolManagementType: "Dynamic",
      scaleConfiguration: { maxConcurrentSessions: 3 },
      dynamicPoolConfiguration: {
        lifecycleConfiguration: { lifecycleType: "Timed", cooldownPeriodInSeconds: 300 },
      },
      sessionNetworkConfiguration: { status: "EgressDisabled" },
    });
    assert.equal(pool.provisioningState, "Succeeded");
    assert.equal(pool.scaleConfiguration.maxConcurrentSessions, 3);
  },
  async get() {
    const pool = await pools.get(AZURE_RESOURCE_GROUP, NAME);
    assert.equal(pool.location, "North Europe");
    assert.ok(pool.poolManagementEndpoint.startsWith("https://"));
  },
  async list() {
    for (const pages of [
      pools.listByResourceGroup(AZURE_RESOURCE_GROUP),
      pools.listBySubscription(),
    ]) {
      assert.ok((await all(pages)).some((pool) => pool.name === NAME));
    }
  },
  async update() {
    const pool = await pools.beginUpdateAndWait(AZURE_RESOURCE_GROUP, NAME, {
      scaleConfiguration: { maxConcurrentSessions: 5 },
    });
    assert.equal(pool.scaleConfiguration.maxConcurrentSessions, 5);
  },
  async use() {
    const pool = await pools.get(AZURE_RESOURCE_GROUP, NAME);
    const scope = "https://dynamicsessions.io/.default";
    const { token } = await new DefaultAzureCredential().getToken(scope);
    const query = "identifier=a-session&api-version=2025-10-02-preview";
    const answer = await fetch(`${pool.poolManagementEndpoint}/executions?${query}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ code: "6 * 7" }),
    });
    assert.equal((await answer.json()).result.executionResult, 42);
  },
  async refusal() {
    const properties = { location: "northeurope", poolManagementType: "Manual" };
    await assert.rejects(
      pools.beginCreateOrUpdateAndWait(AZURE_RESOURCE_GROUP, "refused-pool", properties),
      { code: "SessionPoolInvalidPoolManagementType", statusCode: 400 },
    );
  },
  async delete() {
    await pools.beginDeleteAndWait(AZURE_RESOURCE_GROUP, NAME);
    await assert.rejects(pools.get(AZURE_RESOURCE_GROUP, NAME), { code: "ResourceNotFound" });
  },
});
