import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export type TelemetryMood = "well" | "down" | "slow" | "failing" | "garbage" | "cut" | "restarting";

const EMPTY = JSON.stringify({ results: [{ statement_id: 0 }] });

/**
 * An InfluxDB that holds nothing of this vCenter, well or unwell: plans then rest on configured sizes. "restarting" is
 * down for the first requests and well afterwards.
 */
export class Telemetry {
  private current: TelemetryMood = "well";
  private asked = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
    server.on("request", (_request, response: ServerResponse) => this.answer(response));
  }

  static async start(): Promise<Telemetry> {
    const telemetry = new Telemetry(createServer());
    await new Promise<void>((resolve) => telemetry.server.listen(0, "127.0.0.1", resolve));
    return telemetry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  set mood(mood: TelemetryMood) {
    this.current = mood;
    this.asked = 0;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private answer(response: ServerResponse): void {
    this.asked++;
    const well = () => {
      response.writeHead(200, { "content-type": "application/json", "x-influxdb-version": "1.8.10" });
      response.end(EMPTY);
    };
    if (this.current === "down" || (this.current === "restarting" && this.asked <= 2)) return void response.destroy();
    if (this.current === "slow") return void setTimeout(well, 700);
    if (this.current === "failing") return void response.writeHead(500).end('{"error":"timeout"}');
    if (this.current === "garbage") return void response.writeHead(200).end("<html>not InfluxDB</html>");
    if (this.current === "cut") {
      response.writeHead(200, { "content-length": "1000" });
      response.write(EMPTY.slice(0, 12));
      return void setTimeout(() => response.destroy(), 20);
    }
    well();
  }
}
