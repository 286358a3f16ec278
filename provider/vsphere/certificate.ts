import { checkServerIdentity, connect, type PeerCertificate } from "node:tls";
import { isIP } from "node:net";
import type { VcenterAddress } from "./address";

/** Codes with which TLS refuses a certificate (OpenSSL's verification errors, and Node's own host check). */
const CODES = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REVOKED",
  "CERT_REJECTED",
  "CERT_UNTRUSTED",
  "CERT_CHAIN_TOO_LONG",
  "CERT_SIGNATURE_FAILURE",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

export const isCertificateCode = (code: string | null): boolean => code !== null && CODES.has(code);

/**
 * What is wrong with the certificate, in words. TLS names only the first of its faults (a self-signed certificate
 * that has also expired is just "self-signed"), so the certificate is fetched once more, with nothing sent, and read.
 */
export async function certificateFaults(address: VcenterAddress, code: string, timeoutMs: number): Promise<string[]> {
  const certificate = await fetchCertificate(address, timeoutMs);
  const faults: string[] = [];
  if (certificate) {
    const now = Date.now();
    if (Date.parse(certificate.valid_to) < now) faults.push(`it has expired (${certificate.valid_to})`);
    if (Date.parse(certificate.valid_from) > now) faults.push(`it is not yet valid (${certificate.valid_from})`);
    if (checkServerIdentity(address.host, certificate)) {
      faults.push(`it is not for "${address.host}" but for ${certificate.subjectaltname ?? certificate.subject?.CN}`);
    }
  } else if (code === "CERT_HAS_EXPIRED") faults.push("it has expired");
  else if (code === "ERR_TLS_CERT_ALTNAME_INVALID") faults.push(`it is not for "${address.host}"`);
  if (code.includes("SELF_SIGNED")) faults.push("it is self-signed");
  else if (code.startsWith("UNABLE_TO_")) faults.push("its issuer is not trusted here");
  return faults.length ? faults : [code];
}

function fetchCertificate(address: VcenterAddress, timeoutMs: number): Promise<PeerCertificate | null> {
  return new Promise((resolve) => {
    const socket = connect({
      host: address.host,
      port: address.port,
      servername: isIP(address.host) ? undefined : address.host,
      rejectUnauthorized: false,
      timeout: timeoutMs,
    });
    const finish = (certificate: PeerCertificate | null) => {
      socket.destroy();
      resolve(certificate);
    };
    socket.once("secureConnect", () => {
      const certificate = socket.getPeerCertificate();
      finish(certificate.valid_to ? certificate : null);
    });
    socket.once("error", () => finish(null));
    socket.once("timeout", () => finish(null));
  });
}
