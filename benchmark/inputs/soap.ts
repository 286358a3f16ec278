import type { Random } from "../../engine/random";
import { depth, type Mutant } from "./mutate";

export const SOAP_ANSWER =
  '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"' +
  ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><RetrievePropertiesExResponse xmlns="urn:vim25">' +
  '<returnval><objects><obj type="VirtualMachine">vm-1</obj><propSet><name>name</name><val xsi:type="xsd:string">web-1</val>' +
  "</propSet></objects></returnval></RetrievePropertiesExResponse></soapenv:Body></soapenv:Envelope>";

const bomb = (levels: number) =>
  `<!DOCTYPE x [<!ENTITY e0 "ha">${Array.from({ length: levels }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`).join("")}]>`;

/** An answer that is not one of RetrievePropertiesEx. */
export function breakSoap(random: Random): Mutant {
  const [head, body] = [SOAP_ANSWER.slice(0, 38), SOAP_ANSWER.slice(38)];
  const cut = 1 + random.integer(SOAP_ANSWER.length - 1);
  const value = (content: string) => SOAP_ANSWER.replace("web-1", () => content);
  switch (random.integer(12)) {
    case 0:
    case 1:
      return { what: `cut at ${cut}`, text: SOAP_ANSWER.slice(0, cut) };
    case 2:
      return { what: "entity bomb", text: head + bomb(1 + random.integer(12)) + body.replace("web-1", "&e1;") };
    case 3:
      return {
        what: "external entity",
        text: `${head}<!DOCTYPE x [<!ENTITY e SYSTEM "${random.pick(["file:///etc/hostname", "http://127.0.0.1:9/x"])}">]>${body.replace("web-1", "&e;")}`,
      };
    case 4:
      return {
        what: "unknown entity",
        text: value(random.pick(["&e;", "&nbsp;", "&__proto__;", "&constructor;", "&#x110000;", "&lt"])),
      };
    case 5:
      return {
        what: "another method's answer",
        text: SOAP_ANSWER.replaceAll("RetrievePropertiesExResponse", "LoginResponse"),
      };
    case 6:
      return { what: "no body", text: SOAP_ANSWER.replaceAll("soapenv:Body", "soapenv:Header") };
    case 7:
      return {
        what: "a fault of an odd name",
        text: fault(random.pick(["__proto__", "constructor", "NotAuthenticated", "x".repeat(100_000)])),
      };
    case 8:
      return { what: "deep nesting", text: value("<a>".repeat(depth(random))) };
    case 9:
      return {
        what: "a page",
        text: random.pick([
          "<html><body>login</body></html>",
          "",
          " ",
          "{}",
          "\u0000",
          "<",
          "<!-- -->",
          "<![CDATA[x]]>",
        ]),
      };
    case 10:
      return {
        what: "tags that don't match",
        text: `${"<b>".repeat(random.integer(5000))}${"</a>".repeat(random.integer(50))}`,
      };
    default:
      return {
        what: "something else as root",
        text: `<__proto__><polluted>1</polluted></__proto__>`.repeat(1 + random.integer(3)),
      };
  }
}

const fault = (name: string) =>
  '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultstring>no</faultstring>' +
  `<detail><${name}Fault/></detail></e:Fault></e:Body></e:Envelope>`;
