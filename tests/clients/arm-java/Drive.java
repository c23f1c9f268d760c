// azure-resourcemanager-appcontainers: a session pool from creation to deletion, with a token of the
// managed identity. The variables are those of `dynsessions env`.

import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.management.AzureEnvironment;
import com.azure.core.management.exception.ManagementException;
import com.azure.core.management.profile.AzureProfile;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.resourcemanager.appcontainers.ContainerAppsApiManager;
import com.azure.resourcemanager.appcontainers.models.ContainerAppsSessionPools;
import com.azure.resourcemanager.appcontainers.models.ContainerType;
import com.azure.resourcemanager.appcontainers.models.DynamicPoolConfiguration;
import com.azure.resourcemanager.appcontainers.models.LifecycleConfiguration;
import com.azure.resourcemanager.appcontainers.models.LifecycleType;
import com.azure.resourcemanager.appcontainers.models.PoolManagementType;
import com.azure.resourcemanager.appcontainers.models.ScaleConfiguration;
import com.azure.resourcemanager.appcontainers.models.SessionNetworkConfiguration;
import com.azure.resourcemanager.appcontainers.models.SessionNetworkStatus;
import com.azure.resourcemanager.appcontainers.models.SessionPool;
import com.azure.resourcemanager.appcontainers.models.SessionPoolProvisioningState;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;

class Drive {
  static final ObjectMapper JSON = new ObjectMapper();
  static final String NAME = "java-pool";
  static final String GROUP = System.getenv("AZURE_RESOURCE_GROUP");

  interface Operation {
    void run() throws Exception;
  }

  /** Every address of the cloud is the emulator's: the SDK asks for some that it never uses. */
  static AzureEnvironment emulator() {
    String arm = System.getenv("ARM_RESOURCE_MANAGER_ENDPOINT");
    Map<String, String> endpoints = new LinkedHashMap<>(AzureEnvironment.AZURE.getEndpoints());
    endpoints.replaceAll((name, address) -> address.startsWith("https://") ? arm : address);
    endpoints.put(
        AzureEnvironment.Endpoint.ACTIVE_DIRECTORY.identifier(),
        System.getenv("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST"));
    return new AzureEnvironment(endpoints);
  }

  static void equal(Object found, Object expected) {
    if (!Objects.equals(found, expected)) {
      throw new AssertionError(found + " instead of " + expected);
    }
  }

  static void refused(Operation operation, int status, String code) throws Exception {
    try {
      operation.run();
    } catch (ManagementException refusal) {
      equal(refusal.getResponse().getStatusCode(), status);
      equal(refusal.getValue().getCode(), code);
      return;
    }
    throw new AssertionError("not refused");
  }

  static boolean isIn(Iterable<SessionPool> pools) {
    return StreamSupport.stream(pools.spliterator(), false).anyMatch(p -> p.name().equals(NAME));
  }

  static SessionPool create(ContainerAppsSessionPools pools) {
    var lifecycle =
        new LifecycleConfiguration()
            .withLifecycleType(LifecycleType.TIMED)
            .withCooldownPeriodInSeconds(300);
    return pools
        .define(NAME)
        .withRegion("northeurope")
        .withExistingResourceGroup(GROUP)
        .withContainerType(ContainerType.PYTHON_LTS)
        .withPoolManagementType(PoolManagementType.DYNAMIC)
        .withScaleConfiguration(new ScaleConfiguration().withMaxConcurrentSessions(3))
        .withDynamicPoolConfiguration(
            new DynamicPoolConfiguration().withLifecycleConfiguration(lifecycle))
        .withSessionNetworkConfiguration(
            new SessionNetworkConfiguration().withStatus(SessionNetworkStatus.EGRESS_DISABLED))
        .create();
  }

  static void execute(String endpoint, TokenCredential credential) throws Exception {
    var scope = new TokenRequestContext().addScopes("https://dynamicsessions.io/.default");
    String query = "/executions?identifier=a-session&api-version=2025-10-02-preview";
    var request =
        HttpRequest.newBuilder(URI.create(endpoint + query))
            .header("Authorization", "Bearer " + credential.getTokenSync(scope).getToken())
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"code\": \"6 * 7\"}"))
            .build();
    JsonNode answer =
        JSON.readTree(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body());
    equal(answer.at("/result/executionResult").intValue(), 42);
  }

  static Map<String, Operation> operations(
      ContainerAppsSessionPools pools, TokenCredential credential) {
    var operations = new LinkedHashMap<String, Operation>();
    operations.put(
        "create",
        () -> {
          SessionPool pool = create(pools);
          equal(pool.provisioningState(), SessionPoolProvisioningState.SUCCEEDED);
          equal(pool.scaleConfiguration().maxConcurrentSessions(), 3);
        });
    operations.put(
        "get",
        () -> {
          SessionPool pool = pools.getByResourceGroup(GROUP, NAME);
          equal(pool.location(), "North Europe");
          var lifecycle = pool.dynamicPoolConfiguration().lifecycleConfiguration();
          equal(lifecycle.cooldownPeriodInSeconds(), 300);
        });
    operations.put(
        "list",
        () -> {
          equal(isIn(pools.listByResourceGroup(GROUP)), true);
          equal(isIn(pools.list()), true);
        });
    operations.put(
        "update",
        () -> {
          SessionPool pool = pools.getByResourceGroup(GROUP, NAME);
          var scale = new ScaleConfiguration().withMaxConcurrentSessions(5);
          pool.update().withScaleConfiguration(scale).apply();
          pool = pools.getByResourceGroup(GROUP, NAME);
          equal(pool.scaleConfiguration().maxConcurrentSessions(), 5);
        });
    operations.put(
        "use",
        () -> {
          SessionPool pool = pools.getByResourceGroup(GROUP, NAME);
          execute(pool.poolManagementEndpoint(), credential);
        });
    operations.put(
        "refusal",
        () ->
            refused(
                () ->
                    pools
                        .define("refused-pool")
                        .withRegion("northeurope")
                        .withExistingResourceGroup(GROUP)
                        .withPoolManagementType(PoolManagementType.MANUAL)
                        .create(),
                400,
                "SessionPoolInvalidPoolManagementType"));
    operations.put(
        "delete",
        () -> {
          pools.deleteByResourceGroup(GROUP, NAME);
          refused(() -> pools.getByResourceGroup(GROUP, NAME), 404, "ResourceNotFound");
        });
    return operations;
  }

  public static void main(String[] arguments) throws Exception {
    TokenCredential credential = new DefaultAzureCredentialBuilder().build();
    String subscription = System.getenv("AZURE_SUBSCRIPTION_ID");
    var profile = new AzureProfile(null, subscription, emulator());
    var pools =
        ContainerAppsApiManager.authenticate(credential, profile).containerAppsSessionPools();
    for (var entry : operations(pools, credential).entrySet()) {
      String detail = "";
      try {
        entry.getValue().run();
      } catch (Exception | AssertionError error) {
        detail = error.toString();
      }
      var line = new LinkedHashMap<String, Object>();
      line.put("operation", entry.getKey());
      line.put("ok", detail.isEmpty());
      line.put("detail", detail);
      System.out.println(JSON.writeValueAsString(line));
    }
    System.exit(0); // azure-identity leaves threads behind
  }
}
