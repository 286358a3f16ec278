import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

export interface Certificate {
  readonly file: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes a self-signed certificate for `altName`, such as IP:127.0.0.1, in `folder`: valid for long, or long expired. */
export async function makeCertificate(folder: string, altName: string, expired = false): Promise<Certificate> {
  const at = (name: string) => join(folder, name);
  await Promise.all([
    writeFile(at("index"), ""),
    writeFile(at("serial"), "01"),
    writeFile(
      at("ca.cnf"),
      ["[ca]", "default_ca=here", "[here]", `database=${at("index")}`, `serial=${at("serial")}`, "policy=any"]
        .concat([`new_certs_dir=${folder}`, "default_md=sha256", "[any]", "commonName=supplied"])
        .concat(["[server]", "basicConstraints=CA:true", `subjectAltName=${altName}`])
        .join("\n"),
    ),
  ]);
  const openssl = (...args: string[]) => promisify(execFile)("openssl", args);
  await openssl(
    ...["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=influx"],
    ...["-keyout", at("key.pem"), "-out", at("request.pem")],
  );
  const dates = ["-startdate", "20200101000000Z", "-enddate", expired ? "20200102000000Z" : "20991231000000Z"];
  await openssl(
    ...["ca", "-batch", "-selfsign", "-notext", "-config", at("ca.cnf"), "-extensions", "server", ...dates],
    ...["-keyfile", at("key.pem"), "-in", at("request.pem"), "-out", at("cert.pem")],
  );
  const [cert, key] = await Promise.all(["cert.pem", "key.pem"].map((name) => readFile(at(name), "utf8")));
  return { file: at("cert.pem"), cert, key };
}
