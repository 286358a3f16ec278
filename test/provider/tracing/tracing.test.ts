import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { InMemorySpanExporter } from "@opentelemetry/sdk-trace-base";
import { AffinityError } from "../../../engine/errors";
import { traced } from "../../../engine/tracing";
import { startTracing } from "../../../provider/tracing/start";
import { isTracingAsked, targetOf } from "../../../provider/tracing/target";
import { runCli } from "../../cli/run-cli";
import { FILES, smallCluster } from "../../cli/small-cluster";

describe("traces", function () {
  this.timeout(60_000);

  it("go nowhere unless OpenTelemetry's variables name an endpoint", () => {
    const base = "http://collector:4318";
    assert.equal(targetOf({}), null);
    assert.equal(targetOf({ OTEL_EXPORTER_OTLP_ENDPOINT: "no address" }), null);
    assert.equal(isTracingAsked({ OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_SDK_DISABLED: "true" }), false);
    assert.equal(isTracingAsked({ OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_TRACES_EXPORTER: "none" }), false);
    assert.equal(targetOf({ OTEL_EXPORTER_OTLP_ENDPOINT: `${base}/` })?.url, `${base}/v1/traces`);
    const own = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://other/x", OTEL_EXPORTER_OTLP_ENDPOINT: base };
    assert.equal(targetOf(own)?.url, "http://other/x");
    const headers = {
      OTEL_EXPORTER_OTLP_ENDPOINT: base,
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20t, x=1,=",
    };
    assert.deepEqual(targetOf(headers)?.headers, { authorization: "Bearer t", x: "1" });
  });

  it("nest, carry attributes, and name the error that ended a span", async () => {
    const exporter = new InMemorySpanExporter();
    const tracing = startTracing({}, { version: "1", exporter })!;
    try {
      const failing = traced("outer", { n: 1 }, () =>
        traced("inner", {}, () => Promise.reject(new AffinityError({ code: "LEASE_HELD", message: "somebody acts" }))),
      );
      await assert.rejects(failing, { code: "LEASE_HELD" });
      await tracing.flush();
      const [inner, outer] = exporter.getFinishedSpans();
      assert.deepEqual([inner.name, outer.name, outer.attributes.n], ["inner", "outer", 1]);
      assert.equal(inner.parentSpanId, outer.spanContext().spanId);
      assert.equal(inner.attributes["error.type"], "LEASE_HELD");
      assert.equal(inner.status.message, "somebody acts");
      assert.equal(startTracing({}, { version: "1", exporter }), null, "who came first keeps the spans");
    } finally {
      await tracing.stop();
    }
  });

  describe("of the command line", () => {
    interface Span {
      readonly name: string;
      readonly spanId: string;
      readonly parentSpanId?: string;
    }
    let collector: Server;
    let endpoint: string;
    let spans: Span[] = [];
    before(async () => {
      collector = createServer((request, response) => {
        let body = "";
        request.on("data", (chunk: Buffer) => (body += chunk.toString()));
        request.on("end", () => {
          const sent = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
          spans.push(...sent.resourceSpans.flatMap((each) => each.scopeSpans.flatMap((scope) => scope.spans)));
          response.end("{}");
        });
      });
      await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
      endpoint = `http://127.0.0.1:${(collector.address() as { port: number }).port}`;
    });
    after(() => collector.close());
    beforeEach(() => (spans = []));

    it("tell of snapshot, telemetry, models and planner below the command, and nothing when not asked", async () => {
      const { folder: cwd } = await smallCluster();
      const plain = await runCli(["plan", ...FILES, "--json"], {
        cwd,
        environment: { OTEL_EXPORTER_OTLP_ENDPOINT: "" },
      });
      assert.equal(spans.length, 0);
      const result = await runCli(["plan", ...FILES, "--json"], {
        ...{ cwd, environment: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } },
      });
      assert.equal(result.code, 0, result.stderr);
      assert.equal(result.stdout, plain.stdout, "a trace changes no plan");
      const byName = new Map(spans.map((span) => [span.name, span]));
      const root = byName.get("vsphere-affinity plan")!;
      const parents = ["snapshot", "models", "planner"].map((name) => byName.get(name)?.parentSpanId);
      assert.deepEqual(parents, [root.spanId, root.spanId, root.spanId]);
      assert.equal(byName.get("telemetry")?.parentSpanId, byName.get("models")?.spanId);
    });

    it("that can't be sent are a warning, and the command ends as ever", async () => {
      const { folder: cwd } = await smallCluster();
      const { code, stderr } = await runCli(["plan", ...FILES], {
        ...{ cwd, environment: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" } },
      });
      assert.equal(code, 0, stderr);
      assert.match(stderr, /warning: traces can't be sent: ./);
    });
  });
});
