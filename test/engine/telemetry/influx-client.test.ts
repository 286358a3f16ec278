import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { InfluxClient, type InfluxSettings } from "../../../engine/telemetry/influx-client";
import { TooMuchAsked } from "../../../engine/telemetry/influx-errors";
import type { AffinityError } from "../../../engine/errors";
import { makeCertificate } from "./certificate";
import { failsWith, scratchFolder } from "./support";

const QUERY = { text: "SHOW MEASUREMENTS", parameters: {} };
const PASSWORD = "the-password";
const OK = '{"results":[{"series":[{"name":"m","columns":["name"],"values":[["vsphere_vm_cpu"]]}]}]}';
const answered = (body: string, headers = "Content-Type: application/json", status = "200 OK") =>
  `HTTP/1.1 ${status}\r\n${headers}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** An error of this code whose description matches, with the password in no part of it. */
const saying = (code: string, text: RegExp) => (error: unknown) => {
  assert.ok(failsWith(code, PASSWORD, Buffer.from(`token:${PASSWORD}`).toString("base64"))(error));
  assert.match((error as AffinityError).describe(), text);
  return true;
};

describe("InfluxDB's client", () => {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const clients: InfluxClient[] = [];
  const listen = async (server: Server): Promise<number> => {
    servers.push(server);
    server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  };
  const clientOf = (url: string, more: Partial<InfluxSettings> = {}) => {
    const client = new InfluxClient({ url, database: "db", password: PASSWORD, timeoutSeconds: 5, ...more });
    clients.push(client);
    return client;
  };
  /** Speaks TCP: request number `n` (from 1, over all connections) is handed over with its socket. */
  const tcp = async (onRequest: (socket: Socket, n: number) => void, more: Partial<InfluxSettings> = {}) => {
    let requests = 0;
    const port = await listen(
      createTcpServer((socket) => {
        let text = "";
        socket.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
          if (!/params=[^&]*$/.test(text)) return; // the last part of the body
          text = "";
          onRequest(socket, ++requests);
        });
      }),
    );
    return { client: clientOf(`http://127.0.0.1:${port}`, more), requests: () => requests };
  };
  const http = async (listener: RequestListener, more: Partial<InfluxSettings> = {}) =>
    clientOf(`http://127.0.0.1:${await listen(createHttpServer(listener))}`, more);
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    for (const server of servers.splice(0)) server.close();
  });

  describe("when a connection breaks off in the middle of an answer", () => {
    for (const [how, head] of [
      ["of known length", "Content-Length: 5000"],
      ["in chunks", "Transfer-Encoding: chunked"],
    ]) {
      it(`tries again, ${how}, and takes the next answer`, async () => {
        const { client, requests } = await tcp((socket, n) => {
          if (n === 1) socket.end(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n1000\r\n${OK.slice(0, 20)}`);
          else socket.write(answered(OK));
        });
        assert.equal((await client.query(QUERY, "s"))[0].values[0][0], "vsphere_vm_cpu");
        assert.equal(requests(), 2);
      });
    }

    it("says so when it happens time and again", async () => {
      const { client, requests } = await tcp((socket) => {
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{"results":[');
      });
      await assert.rejects(
        client.query(QUERY, "s"),
        saying("TELEMETRY_UNREACHABLE", /broke off its answer.*[^]*after 12 characters/),
      );
      assert.ok(requests() > 1, `${requests()}`);
    });

    it("tells apart the answers of kept-alive connections and of queries that waited", async () => {
      const wanted = (n: number) => (n % 3 === 0 ? "break" : "answer");
      const { client, requests } = await tcp((socket, n) => {
        if (wanted(n) === "break") socket.end("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{");
        else socket.write(answered(OK));
      });
      const all = await Promise.all(Array.from({ length: 30 }, () => client.query(QUERY, "s")));
      for (const series of all) assert.equal(series[0].name, "m");
      assert.ok(requests() > 30, `${requests()}`);
    });

    it("takes an answer whose end is the connection's end", async () => {
      const { client } = await tcp((socket) => socket.end(`HTTP/1.0 200 OK\r\n\r\n${OK}`));
      assert.equal((await client.query(QUERY, "s"))[0].name, "m");
    });
  });

  describe("within its time limit", () => {
    it("tells a server that says nothing from one that stops in the middle", async () => {
      const silent = await tcp(() => undefined, { timeoutSeconds: 0.1 });
      await assert.rejects(silent.client.query(QUERY, "s"), saying("TELEMETRY_TIMEOUT", /did not answer a query/));
      const stuck = await tcp((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"res'), {
        timeoutSeconds: 0.1,
      });
      await assert.rejects(stuck.client.query(QUERY, "s"), saying("TELEMETRY_TIMEOUT", /5 characters came/));
      assert.equal(stuck.requests(), 1);
    });

    it("stops when it is told to", async () => {
      const stop = new AbortController();
      const { client, requests } = await tcp(() => stop.abort(new Error("enough")));
      await assert.rejects(client.query(QUERY, "s", stop.signal), /enough/);
      assert.equal(requests(), 1);
    });
  });

  describe("to answers that are none of InfluxDB's", () => {
    const page = "<html><head><title>502</title><style>a{}</style></head><body><h1>Bad Gateway</h1></body></html>";
    for (const [what, answer, code, text] of [
      ["garbage", answered('{"results":[}'), "TELEMETRY_QUERY_FAILED", /not of a page/],
      ["JSON of something else", answered('{"ok":true}'), "TELEMETRY_QUERY_FAILED", /not that of an InfluxDB/],
      ["null", answered("null"), "TELEMETRY_QUERY_FAILED", /not that of an InfluxDB/],
      ["nothing", answered(""), "TELEMETRY_QUERY_FAILED", /not of a page/],
      ["a page", answered(page, "Content-Type: text/html"), "TELEMETRY_QUERY_FAILED", /text\/html, not JSON/],
      [
        "a redirect",
        answered(page, "Location: https://login.example/?next=x", "302 Found"),
        "TELEMETRY_QUERY_FAILED",
        /302 Found to https:\/\/login\.example[^]*redirects to/,
      ],
      ["no HTTP", "SSH-2.0-OpenSSH_9.2\r\n", "TELEMETRY_UNREACHABLE", /Parse Error/],
      [
        "an unknown status of InfluxDB 2",
        answered('{"code":"unprocessable entity","message":"unknown clause"}', "X-A: b", "422 Unprocessable Entity"),
        "TELEMETRY_QUERY_FAILED",
        /422 Unprocessable Entity: unknown clause/,
      ],
      [
        "an error of InfluxDB 2 itself",
        answered('{"code":"internal error","message":"disk is full"}', "X-A: b", "500 Internal Server Error"),
        "TELEMETRY_QUERY_FAILED",
        /500 Internal Server Error: disk is full/,
      ],
    ] as const) {
      it(`says what it got: ${what}`, async () => {
        const { client, requests } = await tcp((socket) => socket.write(answer));
        await assert.rejects(client.query(QUERY, "s"), saying(code, text));
        assert.equal(requests(), 1);
      });
    }

    it("says that an answer came packed", async () => {
      const client = await http((_request, response) => {
        response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(gzipSync(OK));
      });
      await assert.rejects(client.query(QUERY, "s"), saying("TELEMETRY_QUERY_FAILED", /packed as gzip, not JSON/));
    });

    for (const status of [429, 502, 503, 504]) {
      it(`tries again after a ${status}, with and without words for it`, async () => {
        const words = ["Bad Gateway", ""];
        const { client, requests } = await tcp((socket) => {
          const word = words.shift();
          socket.write(word === undefined ? answered(OK) : answered(page, "X-A: b", `${status} ${word}`));
        });
        await client.query(QUERY, "s");
        assert.equal(requests(), 3);
      });
    }

    it("shows the reason on the proxy's page when that stays so", async () => {
      const { client } = await tcp((socket) => socket.write(answered(page, "X-A: b", "502 Bad Gateway")));
      await assert.rejects(
        client.query(QUERY, "s"),
        saying("TELEMETRY_UNREACHABLE", /answers 502[^]*502 Bad Gateway: 502 Bad Gateway\n/),
      );
    });
  });

  describe("asked for more than the server gives", () => {
    for (const [message, less] of [
      ["max-select-point limit exceeed: (40000/100)", "either"],
      ["max-select-series limit exceeded: (3/2)", "entities"],
      ["max-select-buckets limit exceeded: (10/5)", "time"],
      ["query-timeout limit exceeded", "either"],
    ] as const) {
      it(`says what is too much: ${message}`, async () => {
        const body = JSON.stringify({ results: [{ statement_id: 0, error: message }] });
        const { client, requests } = await tcp((socket) => socket.write(answered(body)));
        await assert.rejects(client.query(QUERY, "s"), (error: unknown) => {
          assert.ok(error instanceof TooMuchAsked);
          assert.equal(error.less, less);
          return saying("TELEMETRY_QUERY_FAILED", new RegExp(message.slice(0, 15)))(error);
        });
        assert.equal(requests(), 1);
      });
    }

    it("waits while other queries take all of its places", async () => {
      const busy = JSON.stringify({ results: [{ error: "max-concurrent-queries limit exceeded(10, 10)" }] });
      const { client, requests } = await tcp((socket, n) => socket.write(answered(n === 1 ? busy : OK)));
      await client.query(QUERY, "s");
      assert.equal(requests(), 2);
    });

    it("does not take an answer that was cut short for the whole", async () => {
      const body = OK.replace('"name":"m"', '"name":"m","partial":true');
      const { client } = await tcp((socket) => socket.write(answered(body)));
      await assert.rejects(client.query(QUERY, "s"), saying("TELEMETRY_QUERY_FAILED", /max-row-limit/));
    });

    it("does not take an answer without an end", async () => {
      const client = await http((_request, response) => {
        const chunk = " ".repeat(1 << 20);
        const more = () => {
          while (!response.destroyed && response.write(chunk));
        };
        response.writeHead(200, { "content-type": "application/json" }).on("drain", more);
        more();
      });
      await assert.rejects(client.query(QUERY, "s"), (error: unknown) => {
        assert.ok(error instanceof TooMuchAsked);
        return saying("TELEMETRY_QUERY_FAILED", /more than \d+ characters/)(error);
      });
    });
  });

  describe("over TLS", () => {
    const folder = scratchFolder();
    const secure = async (altName: string, expired = false) => {
      const certificate = await makeCertificate(folder(), altName, expired);
      const server = createHttpsServer({ cert: certificate.cert, key: certificate.key }, (_request, response) => {
        response.writeHead(200, { "content-type": "application/json" }).end(OK);
      });
      return { url: `https://127.0.0.1:${await listen(server)}`, caFile: certificate.file };
    };

    it("trusts the authority of caFile, and no stranger but where it is told to", async () => {
      const { url, caFile } = await secure("IP:127.0.0.1");
      assert.equal((await clientOf(url, { caFile }).query(QUERY, "s"))[0].name, "m");
      assert.equal((await clientOf(url, { insecure: true }).query(QUERY, "s"))[0].name, "m");
      await assert.rejects(
        clientOf(url).query(QUERY, "s"),
        saying("TELEMETRY_CERTIFICATE", /self-signed[^]*influx\.caFile/),
      );
    });

    it("refuses a certificate that has expired, and one of another host", async () => {
      const old = await secure("IP:127.0.0.1", true);
      await assert.rejects(clientOf(old.url, old).query(QUERY, "s"), saying("TELEMETRY_CERTIFICATE", /it has expired/));
      const other = await secure("DNS:influx.example.com");
      await assert.rejects(
        clientOf(other.url, other).query(QUERY, "s"),
        saying("TELEMETRY_CERTIFICATE", /not for this host/),
      );
    });

    it("refuses another authority's certificate", async () => {
      const { url } = await secure("IP:127.0.0.1");
      const { caFile } = await secure("IP:127.0.0.1"); // written over the first
      await assert.rejects(clientOf(url, { caFile }).query(QUERY, "s"), failsWith("TELEMETRY_CERTIFICATE"));
    });

    it("refuses a caFile that is not there or holds no certificate", async () => {
      const failure = saying("SETTINGS_INVALID", /influx\.caFile .* can't be read/);
      const url = "https://127.0.0.1:1";
      assert.throws(() => clientOf(url, { caFile: join(folder(), "none.pem") }), failure);
      const caFile = join(folder(), "empty.pem");
      await writeFile(caFile, "no certificate\n");
      assert.throws(() => clientOf(url, { caFile }), failure);
    });
  });
});
