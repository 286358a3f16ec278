import { Agent, request } from "node:https";

export interface SoapObject {
  readonly id: string;
  /** Inner XML of each property asked for. */
  readonly properties: Readonly<Record<string, string>>;
}

/** A scheduled task of the simulator's. */
export interface ScheduledTask {
  readonly id: string;
  readonly name: string;
  /** The VM that it moves, the host that it goes to, and when. */
  readonly vm: string;
  readonly host: string;
  readonly runAt: string;
  /** As a `<spec>` for ReconfigureScheduledTask. */
  readonly spec: string;
}

/**
 * A second client of the simulator, which shares no code with the product's: the judge asks and sets up through it.
 * Answers are read with regular expressions, which do for the few shapes that the simulator writes.
 */
export class SoapClient {
  private readonly agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  private cookie = "";

  constructor(private readonly server: string) {}

  async logIn(user: string, password: string): Promise<void> {
    const parameters = `<userName>${user}</userName><password>${password}</password>`;
    await this.call("Login", "SessionManager", "SessionManager", parameters);
  }

  close(): void {
    this.agent.destroy();
  }

  /** The content of the answer's body. */
  async call(method: string, type: string, id: string, parameters = ""): Promise<string> {
    const body =
      '<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"' +
      ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
      `<e:Body><${method} xmlns="urn:vim25"><_this type="${type}">${id}</_this>${parameters}</${method}></e:Body></e:Envelope>`;
    const answer = await this.post(body);
    const fault = /<faultstring>([^<]*)/.exec(answer);
    if (fault) throw new Error(`${method} of ${id}: ${fault[1]}`);
    return answer;
  }

  /** Calls a method that gives a task and waits for its end. */
  async task(method: string, type: string, id: string, parameters = ""): Promise<void> {
    const answer = await this.call(method, type, id, parameters);
    const task = /<returnval type="Task">([^<]+)</.exec(answer)?.[1];
    if (!task) throw new Error(`${method} of ${id} gave no task`);
    for (;;) {
      const [{ properties }] = await this.properties("Task", [task], ["info.state", "info.error"]);
      if (properties["info.state"] === "success") return;
      if (properties["info.state"] === "error") throw new Error(`${method} of ${id}: ${properties["info.error"]}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async properties(type: string, ids: readonly string[], paths: readonly string[]): Promise<SoapObject[]> {
    if (ids.length === 0) return [];
    const objects = ids.map((id) => `<objectSet><obj type="${type}">${id}</obj></objectSet>`).join("");
    return this.retrieve(type, paths, objects);
  }

  async scheduledTasks(): Promise<ScheduledTask[]> {
    const answer = await this.call("RetrieveEntityScheduledTask", "ScheduledTaskManager", "ScheduledTaskManager");
    const ids = [...answer.matchAll(/<returnval type="ScheduledTask"[^>]*>([^<]*)</g)].map(([, id]) => id);
    const found = await this.properties("ScheduledTask", ids, ["info"]);
    return found.map(({ id, properties: { info } }) => {
      const part = (pattern: RegExp) => pattern.exec(info)?.[1] ?? "";
      return {
        id,
        name: part(/<name>([^<]*)</),
        vm: part(/<entity type="VirtualMachine"[^>]*>([^<]*)</),
        host: part(/<host type="HostSystem"[^>]*>([^<]*)</),
        runAt: part(/<runAt>([^<]*)</),
        // The simulator names the namespace otherwise than requests do.
        spec: `<spec xsi:type="ScheduledTaskSpec">${part(/^([\s\S]*<\/action>)/).replaceAll("_XMLSchema-instance:", "xsi:")}</spec>`,
      };
    });
  }

  /** All objects of a type. */
  async all(type: string, paths: readonly string[]): Promise<SoapObject[]> {
    const made = await this.call(
      "CreateContainerView",
      "ViewManager",
      "ViewManager",
      `<container type="Folder">group-d1</container><type>${type}</type><recursive>true</recursive>`,
    );
    const view = /<returnval type="ContainerView">([^<]+)</.exec(made)![1];
    const objects =
      `<objectSet><obj type="ContainerView">${view}</obj><skip>true</skip><selectSet xsi:type="TraversalSpec">` +
      "<name>all</name><type>ContainerView</type><path>view</path></selectSet></objectSet>";
    return this.retrieve(type, paths, objects);
  }

  private async retrieve(type: string, paths: readonly string[], objects: string): Promise<SoapObject[]> {
    const set = `<propSet><type>${type}</type>${paths.map((path) => `<pathSet>${path}</pathSet>`).join("")}</propSet>`;
    const parameters = `<specSet>${set}${objects}</specSet><options></options>`;
    const answer = await this.call("RetrievePropertiesEx", "PropertyCollector", "propertyCollector", parameters);
    return [...answer.matchAll(/<objects>\s*<obj type="[^"]*">([^<]*)<\/obj>([\s\S]*?)<\/objects>/g)].map(
      ([, id, content]) => ({
        id,
        properties: Object.fromEntries(
          [...content.matchAll(/<name>([\w.]+)<\/name>\s*<val[^>]*>([\s\S]*?)<\/val>\s*<\/propSet>/g)].map(
            ([, name, value]) => [name, value],
          ),
        ),
      }),
    );
  }

  private post(body: string): Promise<string> {
    const [host, port] = this.server.split(":");
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "text/xml", soapaction: '"urn:vim25/7.0"', cookie: this.cookie };
      request({ host, port, path: "/sdk", method: "POST", agent: this.agent, headers }, (response) => {
        const cookie = response.headers["set-cookie"]?.[0];
        if (cookie) this.cookie = cookie.split(";", 1)[0];
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("end", () => resolve(text));
      })
        .on("error", reject)
        .end(body);
    });
  }
}
