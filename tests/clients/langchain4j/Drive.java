// The requests of langchain4j's SessionsREPLTool, whose package Maven Central does not serve
// (api-spec/CLIENTS.md section 3.16), with the tokens of azure-identity.

import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

class Drive {
  static final ObjectMapper JSON = new ObjectMapper();
  static final byte[] CSV = "city,people\nKöln,1087\nBonn,336\n".getBytes(StandardCharsets.UTF_8);
  static final String READ_CSV =
      "import pandas as pd\nint(pd.read_csv('/mnt/data/cities.csv')['people'].sum())";

  interface Operation {
    void run() throws Exception;
  }

  static class Tool {
    final HttpClient client = HttpClient.newHttpClient();
    final TokenCredential credential = new DefaultAzureCredentialBuilder().build();
    final String identifier = "a+session:" + UUID.randomUUID();

    String token(String audience) {
      var request = new TokenRequestContext().addScopes(audience + "/.default");
      return credential.getTokenSync(request).getToken();
    }

    HttpRequest.Builder request(String path) {
      String endpoint = System.getenv("POOL_MANAGEMENT_ENDPOINT");
      String query =
          "?identifier=" + URLEncoder.encode(identifier, StandardCharsets.UTF_8)
              + "&api-version=2024-02-02-preview";
      return HttpRequest.newBuilder(URI.create(endpoint + "/" + path + query))
          .header("Authorization", "Bearer " + token("https://dynamicsessions.io"));
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
      return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    JsonNode json(HttpRequest.Builder request) throws Exception {
      HttpResponse<byte[]> answer = send(request);
      String text = new String(answer.body(), StandardCharsets.UTF_8);
      if (answer.statusCode() / 100 != 2) throw new IOException(text);
      return JSON.readTree(text);
    }

    HttpRequest.Builder execution(String code) throws IOException {
      var properties =
          Map.of("codeInputType", "inline", "executionType", "synchronous", "code", code);
      return request("code/execute")
          .header("Content-Type", "application/json")
          .header("User-Agent", "langchain4j-azure-dynamic-sessions")
          .POST(BodyPublishers.ofString(JSON.writeValueAsString(Map.of("properties", properties))));
    }

    JsonNode execute(String code) throws Exception {
      return json(execution(code)).get("properties");
    }

    JsonNode upload(String name, byte[] content) throws Exception {
      String boundary = "----" + System.currentTimeMillis();
      var body = new ByteArrayOutputStream();
      body.write(
          ("--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name
                  + "\"\r\nContent-Type: application/json\r\n\r\n")
              .getBytes(StandardCharsets.UTF_8));
      body.write(content);
      body.write(("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
      return json(
          request("files/upload")
              .header("Content-Type", "multipart/form-data; boundary=" + boundary)
              .POST(BodyPublishers.ofByteArray(body.toByteArray())));
    }
  }

  static void equal(Object found, Object expected) {
    if (!Objects.equals(found, expected)) {
      throw new AssertionError(found + " instead of " + expected);
    }
  }

  static void contains(String text, String part) {
    if (!text.contains(part)) throw new AssertionError(part + " is not in " + text);
  }

  static Map<String, Operation> operations(Tool tool) {
    var operations = new LinkedHashMap<String, Operation>();
    operations.put(
        "token",
        () -> {
          for (String audience :
              new String[] {"https://dynamicsessions.io", "https://acasessions.io"}) {
            String claims = tool.token(audience).split("\\.")[1];
            JsonNode read = JSON.readTree(Base64.getUrlDecoder().decode(claims));
            equal(read.get("aud").asText(), audience);
          }
        });
    operations.put(
        "run",
        () -> {
          JsonNode answer = tool.execute("print('hi')\n6 * 7");
          equal(answer.get("stdout").asText(), "hi\n");
          equal(answer.get("result").intValue(), 42);
        });
    operations.put(
        "state",
        () -> {
          tool.execute("answer = 6 * 7");
          equal(tool.execute("answer").get("result").intValue(), 42);
        });
    operations.put(
        "upload",
        () -> {
          JsonNode file = tool.upload("cities.csv", CSV).at("/value/0/properties");
          equal(file.get("filename").textValue(), "cities.csv");
          equal(file.get("size").intValue(), CSV.length);
          equal(tool.execute(READ_CSV).get("result").intValue(), 1423);
        });
    operations.put(
        "list_files",
        () -> {
          JsonNode files = tool.json(tool.request("files").GET()).get("value");
          equal(files.size(), 1);
          equal(files.at("/0/properties/filename").textValue(), "cities.csv");
        });
    operations.put(
        "download",
        () -> {
          byte[] content = tool.send(tool.request("files/content/cities.csv").GET()).body();
          equal(Arrays.equals(content, CSV), true);
        });
    operations.put(
        "download_missing",
        () -> {
          HttpResponse<byte[]> answer = tool.send(tool.request("files/content/missing.csv").GET());
          equal(answer.statusCode(), 404);
        });
    operations.put(
        "figure",
        () -> {
          JsonNode result =
              tool.execute(
                      "import matplotlib.pyplot as plt\nplt.plot([1, 4, 9])\nplt.show()")
                  .get("result");
          equal(result.get("type").textValue(), "image");
          byte[] image = Base64.getDecoder().decode(result.get("base64_data").textValue());
          equal(new String(image, 1, 3, StandardCharsets.US_ASCII), "PNG");
        });
    operations.put(
        "error",
        () -> {
          JsonNode answer = tool.execute("print('before')\n1 / 0");
          equal(answer.get("stdout").textValue(), "before\n");
          contains(answer.get("stderr").textValue(), "ZeroDivisionError");
        });
    operations.put(
        "timeout",
        () -> {
          var slow = tool.execution("import time\ntime.sleep(2)").timeout(Duration.ofMillis(500));
          try {
            tool.send(slow);
            throw new AssertionError("no timeout");
          } catch (HttpTimeoutException expected) {
            equal(tool.execute("answer").get("result").intValue(), 42);
          }
        });
    return operations;
  }

  public static void main(String[] arguments) throws Exception {
    for (var entry : operations(new Tool()).entrySet()) {
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
