// The page reads a token as strictly as `jotkit verify` does, in the browser alone. A token and what log-in returned live in
// memory and in the text field, and go to this server when a button says so; nowhere else, ever. All that is shown of a
// token is made of text nodes: it may say anything.

const maxLength = 16 * 1024; // bytes up to which a token is looked at
const maxDepth = 32; // how deeply its JSON may be nested
const maxDate = 2 ** 53; // beyond this a double no longer tells seconds apart
const leeway = 30; // seconds between clocks

// A Refused says in words what is wrong with what was read.
class Refused extends Error {}

// ---- JSON, strictly. JSON.parse takes the last of two equal names, rounds numbers and lets lone surrogates through.

// parseObject reads bytes as one JSON object. A node is {kind, raw} and text, items or members by its kind; raw is what
// was written.
function parseObject(bytes) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused("no valid UTF-8");
  }
  const reader = new JSONReader(text);
  const node = reader.value(0);
  if (node.kind !== "object") throw new Refused("JSON that is no object");
  reader.space();
  if (reader.at < text.length) throw new Refused("something after the JSON object");
  return node;
}

class JSONReader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  bad() {
    return new Refused(`no valid JSON object (at character ${this.at})`);
  }

  space() {
    this.take(/[ \t\n\r]*/y);
  }

  // take moves past what the pattern finds here and returns it, or undefined.
  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  // next moves past one character where it is the one asked for.
  next(char) {
    this.space();
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  value(depth) {
    this.space();
    const start = this.at;
    const first = this.text[start];
    let node;
    if (first === "{") node = this.object(depth + 1);
    else if (first === "[") node = this.array(depth + 1);
    else if (first === '"') node = { kind: "string", text: this.string() };
    else if (this.take(/true|false|null/y)) node = { kind: "literal" };
    else if (this.take(/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y)) node = { kind: "number" };
    else throw this.bad();
    node.raw = this.text.slice(start, this.at);
    return node;
  }

  string() {
    const start = this.at;
    const raw = this.take(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
    const text = raw && JSON.parse(raw);
    if (text === undefined || /\p{Surrogate}/u.test(text)) {
      this.at = start;
      throw this.bad();
    }
    return text;
  }

  object(depth) {
    if (depth > maxDepth) throw new Refused(`JSON nested deeper than ${maxDepth}`);
    const members = new Map();
    this.at++;
    if (this.next("}")) return { kind: "object", members };
    do {
      this.space();
      if (this.text[this.at] !== '"') throw this.bad();
      const name = this.string();
      if (members.has(name)) throw new Refused(`the name “${safe(abridged(name))}” stands twice`);
      if (!this.next(":")) throw this.bad();
      members.set(name, this.value(depth));
    } while (this.next(","));
    if (!this.next("}")) throw this.bad();
    return { kind: "object", members };
  }

  array(depth) {
    if (depth > maxDepth) throw new Refused(`JSON nested deeper than ${maxDepth}`);
    const items = [];
    this.at++;
    if (this.next("]")) return { kind: "array", items };
    do items.push(this.value(depth));
    while (this.next(","));
    if (!this.next("]")) throw this.bad();
    return { kind: "array", items };
  }
}

// textOf is the string that a node is, or undefined.
const textOf = (node) => (node?.kind === "string" ? node.text : undefined);

// textsOf is a string or an array of strings as an array, or undefined.
function textsOf(node) {
  const list = node?.kind === "array" ? node.items.map(textOf) : [textOf(node)];
  return list.includes(undefined) ? undefined : list;
}

// dateOf is a JSON number 0 < x < 2^53 as seconds since 1970 (RFC 7519 section 2), or undefined.
function dateOf(node) {
  const x = node?.kind === "number" && !node.raw.startsWith("-") ? Number(node.raw) : 0;
  return x > 0 && x < maxDate ? x : undefined;
}

// ---- The compact form

// bareToken takes off what people copy along with a token: white space, quotes, the word Bearer.
function bareToken(text) {
  for (;;) {
    const was = text;
    text = text.trim();
    if (/^(".*"|'.*')$/s.test(text) && text.length > 1) text = text.slice(1, -1);
    text = text.replace(/^bearer /i, "");
    if (text === was) return text;
  }
}

// split takes a token apart: the length is looked at first, then the alphabet, then base64url.
function split(raw) {
  if (raw.length > maxLength) throw new Refused(`${raw.length} bytes, and tokens of up to ${maxLength} are read`);
  if (raw === "") throw new Refused("empty");
  const at = raw.search(/[^A-Za-z0-9_.-]/);
  if (at >= 0) throw new Refused(outside(raw, at));
  const parts = raw.split(".");
  if (parts.length === 5) throw new Refused("an encrypted token (five parts, RFC 7516): decrypt it first");
  if (parts.length === 1) throw new Refused("no dots, and a signed token has two");
  if (parts.length !== 3) throw new Refused(`${parts.length} parts, and a signed token has three`);
  const [header, payload, signature] = ["header", "payload", "signature"].map((name, i) => {
    const bytes = base64url(parts[i]);
    if (!bytes) throw new Refused(`a ${name} that is not base64url`);
    return bytes;
  });
  return { header, payload, signature, signed: new TextEncoder().encode(raw.slice(0, raw.lastIndexOf("."))) };
}

function outside(raw, at) {
  const whole = raw.split(/\s+/).filter((word) => /^[^.]+\.[^.]*\.[^.]*$/.test(word));
  if (whole.length > 1) return `${whole.length} tokens: give one at a time`;
  const char = String.fromCodePoint(raw.codePointAt(at));
  const names = { " ": "a space", "\n": "a line end", "\t": "a tab", "=": "padding (=)" };
  return `${names[char] ?? `the character ${safe(char)}`} at position ${at + 1}, which no token has`;
}

// base64url decodes without padding, with no spare bits set in the last character (RFC 7515 section 2); null for others.
function base64url(text) {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    if (toBase64url(binary) !== text) return null;
    return Uint8Array.from(binary, (c) => c.charCodeAt(0));
  } catch {
    return null;
  }
}

const toBase64url = (binary) => btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

// ---- Keys: this server's alone, each for one algorithm. What a token brings along (jwk, jku, x5c, x5u) is never used.

const algorithms = new Map();
for (const [bits, crv] of [[256, "P-256"], [384, "P-384"], [512, "P-521"]]) {
  const hash = `SHA-${bits}`;
  const rsa = { kty: "RSA", public: ["n", "e"] };
  algorithms.set(`ES${bits}`, {
    kty: "EC", crv, public: ["crv", "x", "y"], of: { name: "ECDSA", namedCurve: crv }, by: { name: "ECDSA", hash },
  });
  algorithms.set(`RS${bits}`, { ...rsa, of: { name: "RSASSA-PKCS1-v1_5", hash }, by: { name: "RSASSA-PKCS1-v1_5" } });
  algorithms.set(`PS${bits}`, { ...rsa, of: { name: "RSA-PSS", hash }, by: { name: "RSA-PSS", saltLength: bits / 8 } });
}
for (const name of ["EdDSA", "Ed25519"]) {
  algorithms.set(name, { kty: "OKP", crv: "Ed25519", public: ["crv", "x"], of: { name: "Ed25519" }, by: { name: "Ed25519" } });
}

const server = { keys: null, issuer: undefined, trouble: "", asked: 0, loading: null };

// loadServer fetches the server's public keys and its issuer; those who ask at once share one answer.
function loadServer() {
  server.loading ??= (async () => {
    try {
      const [jwks, about] = await Promise.all(["/.well-known/jwks.json", "/.well-known/openid-configuration"].map(fetchObject));
      server.keys = keysOf(jwks);
      server.issuer = textOf(about.members.get("issuer"));
      server.trouble = server.issuer ? "" : "this server does not say who it is (issuer)";
    } catch (e) {
      server.trouble = `this server’s keys are not to be had (${e instanceof Refused ? e.message : "no answer"})`;
    }
    server.asked = Date.now();
    server.loading = null;
  })();
  return server.loading;
}

async function fetchObject(path) {
  const answer = await fetch(path, { cache: "no-cache", credentials: "omit", redirect: "error" });
  if (!answer.ok) throw new Refused(`${path} answers ${answer.status}`);
  return parseObject(new Uint8Array(await answer.arrayBuffer()));
}

// keysOf reads a JWK Set. A key that is not for verifying, or of a kind unknown here, is left out.
function keysOf(set) {
  const keys = [];
  for (const node of set.members.get("keys")?.items ?? []) {
    const member = (name) => textOf(node.members?.get(name));
    const alg = algorithms.get(member("alg"));
    const ops = node.members?.get("key_ops");
    if (!alg || alg.kty !== member("kty") || alg.crv !== member("crv")) continue;
    if ((member("use") ?? "sig") !== "sig" || (ops && !textsOf(ops)?.includes("verify"))) continue;
    const jwk = { kty: alg.kty };
    for (const name of alg.public) jwk[name] = member(name);
    keys.push({ kid: member("kid") ?? "", alg: member("alg"), jwk });
  }
  if (new Set(keys.map((k) => k.kid)).size < keys.length) throw new Refused("a kid that stands twice");
  return keys;
}

// findKey compares the kid where both sides have one; a token without takes the only key there is.
function findKey(kid) {
  const keys = server.keys;
  if (keys.length === 1 && (kid === "" || keys[0].kid === "")) return keys[0];
  return keys.find((k) => kid !== "" && k.kid === kid);
}

// keyFor is the key of this id. Keys come and are revoked while the page is open: after a minute the server is asked again,
// and sooner for one that is not known.
async function keyFor(kid) {
  const age = Date.now() - server.asked;
  if (!server.keys || server.trouble || age > 60_000 || (age > 10_000 && !findKey(kid))) await loadServer();
  return server.trouble ? null : findKey(kid);
}

async function verifies(key, parts) {
  const { of, by } = algorithms.get(key.alg);
  const imported = await crypto.subtle.importKey("jwk", key.jwk, of, false, ["verify"]);
  if (imported.algorithm.modulusLength < 2048) throw new Refused("an RSA key that is too short");
  return crypto.subtle.verify(by, imported, parts.signature, parts.signed);
}

// ---- The report: the checks of the command line, by the same names and in the same order

const worstFirst = [
  "malformed", "algorithm_refused", "bad_signature", "revoked", "expired", "not_yet_valid", "claim_mismatch",
];

const pass = (checks, name, got, expected = "") => checks.push({ name, status: "pass", expected, got });
const skip = (checks, name, expected, got = "") => checks.push({ name, status: "skip", expected, got });
const fail = (checks, name, reason, expected, got) => checks.push({ name, status: "fail", expected, got, reason });
const check = (checks, name, ok, reason, expected, got) =>
  ok ? pass(checks, name, got, expected) : fail(checks, name, reason, expected, got);

// attempt is what read returns as object, or in trouble why it was refused.
function attempt(read) {
  try {
    return { object: read() };
  } catch (e) {
    if (e instanceof Refused) return { trouble: e.message };
    throw e;
  }
}

// partOf reads a part of a token. Where it is refused, its text shows what it says all the same.
function partOf(bytes) {
  const part = attempt(() => parseObject(bytes));
  if (part.trouble) part.text = new TextDecoder().decode(bytes);
  return part;
}

// examine checks up to the signature, on the bytes as they were received. Its report also has header and payload as far
// as they can be read: to be shown, and believed only where genuine.
async function examine(raw) {
  const r = { raw, checks: [], header: {}, payload: {}, genuine: false, unsure: "" };
  const shape = attempt(() => split(raw));
  if (shape.trouble) {
    fail(r.checks, "shape", "malformed", "three base64url parts", shape.trouble);
    return r;
  }
  const parts = shape.object;
  r.whole = true;
  pass(r.checks, "shape", `three parts, ${raw.length} bytes`);
  r.header = partOf(parts.header);
  r.payload = partOf(parts.payload);
  if (!readHeader(r)) return r;
  await genuine(r, parts);
  return r;
}

// readHeader wants alg, kid and typ to be strings, an alg other than none, and nothing that must be understood.
function readHeader(r) {
  const members = r.header.object?.members;
  const broken = ["alg", "kid", "typ"].find((name) => members?.has(name) && textOf(members.get(name)) === undefined);
  r.alg = textOf(members?.get("alg")) ?? "";
  r.kid = textOf(members?.get("kid")) ?? "";
  r.typ = textOf(members?.get("typ")) ?? "";
  const trouble = r.header.trouble || (broken ? `a ${broken} that is no string` : !r.alg && "no alg");
  const extension = ["crit", "b64"].find((name) => members?.has(name));
  if (trouble) fail(r.checks, "header", "malformed", "a JSON object with alg", trouble);
  else if (r.alg.toLowerCase() === "none") fail(r.checks, "algorithm", "algorithm_refused", "a signature", r.alg);
  else if (extension) fail(r.checks, "header", "malformed", "no extension that must be understood", extension);
  else return pass(r.checks, "header", `typ ${r.typ || "absent"}`);
  return 0;
}

// genuine finds the key and checks algorithm, signature and the form of what is signed.
async function genuine(r, parts) {
  const secret = /^HS(256|384|512)$/.test(r.alg);
  const key = await keyFor(r.kid);
  if (!key) {
    if (server.trouble) r.unsure = `${sentence(server.trouble)} So nobody here can check the signature.`;
    else if (secret) r.unsure = `${r.alg} signs with a secret that is never published: only who holds it can verify this token.`;
    if (r.unsure) skip(r.checks, "key", secret ? `${r.alg} has no public key` : "not available");
    else fail(r.checks, "key", "bad_signature", "a key that is known here", `kid ${r.kid || "absent"}`);
    return;
  }
  pass(r.checks, "key", key.kid || "the only key");
  check(r.checks, "algorithm", r.alg === key.alg, "algorithm_refused", key.alg, r.alg);
  if (r.alg !== key.alg) return;
  try {
    r.genuine = await verifies(key, parts);
  } catch {
    r.unsure = window.isSecureContext ? `This browser cannot verify ${key.alg} with this key.`
      : "A browser verifies only pages that came by HTTPS, or from the machine it runs on.";
    skip(r.checks, "signature", "this browser cannot");
    return;
  }
  check(r.checks, "signature", r.genuine, "bad_signature", "a signature by this key over these bytes", r.genuine ? "good" : "another");
  if (!r.genuine) return;
  if (r.payload.trouble) fail(r.checks, "payload", "malformed", "a JSON object of claims", r.payload.trouble);
  else pass(r.checks, "payload", `${r.payload.object.members.size} claims`);
}

// forms are what RFC 7519 has registered claims be, and how they are read.
const seconds = "a number of seconds, 0 < x < 2^53";
const forms = {
  exp: [seconds, dateOf], nbf: [seconds, dateOf], iat: [seconds, dateOf], sub: ["a string", textOf], jti: ["a string", textOf],
  sid: ["a string", textOf], iss: ["a string", textOf], aud: ["a string or an array of strings", textsOf],
};

// judge is every check of a report, those of the claims as they stand now (in seconds). They are made once the signature
// is good, all of them, so that everything that is wrong is named at once.
function judge(r, now) {
  const checks = [...r.checks];
  if (!r.genuine || r.payload.trouble) return checks;
  const members = r.payload.object.members;
  // claim holds a claim to its form, and then to what is expected of it.
  const claim = (name, judged = () => {}) => {
    const [form, read] = forms[name];
    const value = read(members.get(name));
    if (members.has(name) && value === undefined) fail(checks, name, "malformed", form, abridged(members.get(name).raw));
    else judged(value);
  };
  claim("exp", (exp) => {
    if (exp === undefined) fail(checks, "exp", "claim_mismatch", "a time of expiry", "absent");
    else check(checks, "exp", now < exp + leeway, "expired", "a time to come", utc(exp));
  });
  for (const name of ["nbf", "iat"]) {
    claim(name, (at) => at === undefined || check(checks, name, at <= now + leeway, "not_yet_valid", "no time to come", utc(at)));
  }
  for (const name of ["sub", "jti", "sid"]) claim(name);
  const type = r.typ.toLowerCase().replace(/^application\//, "");
  check(checks, "typ", type === "at+jwt" || type === "jwt", "claim_mismatch", "at+jwt or JWT", r.typ || "absent");
  claim("iss", (iss) => check(checks, "iss", iss === server.issuer, "claim_mismatch", server.issuer, iss || "absent"));
  claim("aud", (aud) => skip(checks, "aud", "only this server knows", aud?.join(", ") || "absent"));
  answered(r, checks);
  return checks;
}

// answered says what this server said of the token, if it was asked. A refusal tells something new only where nothing
// else is wrong.
function answered(r, checks) {
  const sound = !checks.some((c) => c.status === "fail");
  if (r.asked?.status === 200) pass(checks, "revocation", `accepted by this server at ${clock(r.asked.at)}`);
  else if (r.asked?.status === 401 && sound) fail(checks, "revocation", "revoked", "accepted by this server", "refused by it");
  else skip(checks, "revocation", "only this server knows");
}

// ---- Words

const plural = (n, unit) => `${n} ${unit}${n === 1 ? "" : "s"}`;

// length is a time span in its largest unit.
function length(s) {
  for (const [unit, size] of [["year", 31_557_600], ["day", 86_400], ["hour", 3_600], ["minute", 60]]) {
    if (s >= size) return plural(Math.floor(s / size), unit);
  }
  return plural(Math.floor(s), "second");
}

const away = (at, now) => (at > now ? `in ${length(at - now)}` : now - at < 1 ? "now" : `${length(now - at)} ago`);

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;

const far = (s) => s >= 253_402_300_800; // the year 10000, from which on dates are shown as numbers

function utc(s) {
  return far(s) ? `${s}` : new Date(s * 1000).toISOString().replace("T", " ").replace(/(\.000)?Z$/, " UTC");
}

function local(s) {
  if (far(s)) return "";
  const d = new Date(s * 1000);
  const two = (n) => String(Math.floor(Math.abs(n))).padStart(2, "0");
  const east = -d.getTimezoneOffset();
  const zone = `${east < 0 ? "−" : "+"}${two(east / 60)}:${two(east % 60)}`;
  return `${String(d.getFullYear()).padStart(4, "0")}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${clock(d)} ${zone}`;
}

const clock = (d) => [d.getHours(), d.getMinutes(), d.getSeconds()].map((n) => String(n).padStart(2, "0")).join(":");

// safe writes out what could hide or turn round what a text says: controls, marks of direction, what has no width.
function safe(text) {
  const steers = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu;
  return text.replace(steers, (c) => c.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""));
}

const abridged = (text) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

// written is a value as it was written, laid out over lines where it is long.
function written(node, indent = "", width = 56) {
  if (node.raw.length + indent.length < width && !/[\n\r\t]/.test(node.raw)) return node.raw;
  const deeper = `${indent}  `;
  const lay = (list, open, close) => (list.length ? `${open}\n${deeper}${list.join(`,\n${deeper}`)}\n${indent}${close}` : open + close);
  if (node.kind === "array") return lay(node.items.map((item) => written(item, deeper, width)), "[", "]");
  if (node.kind !== "object") return node.raw;
  return lay([...node.members].map(([name, value]) => `${JSON.stringify(name)}: ${written(value, deeper, width)}`), "{", "}");
}

// verdict says in words what a report comes to: the worst reason on top.
function verdict(r, checks, now) {
  if (r.raw === "") return { state: "empty", headline: "Nothing to read yet", detail: "Paste a token above, or log in below to get one." };
  const failed = checks.filter((c) => c.status === "fail");
  failed.sort((a, b) => worstFirst.indexOf(a.reason) - worstFirst.indexOf(b.reason));
  if (failed.length > 0) {
    const [headline, detail] = refusal(r, failed[0], now);
    const others = failed.slice(1).map((c) => c.name);
    return { state: "bad", headline, detail: others.length ? `${detail} Also wrong: ${others.join(", ")}.` : detail };
  }
  return r.genuine ? praise(r, now) : doubt(r);
}

// doubt is for a token that no browser can verify. What the server says of it is told, and is its word alone.
function doubt(r) {
  const asked = r.asked && `asked at ${clock(r.asked.at)}`;
  if (r.asked?.status === 200) return { state: "unsure", headline: "Accepted by this server", detail: `It let the token in, ${asked}. ${r.unsure}` };
  if (r.asked?.status === 401) return { state: "bad", headline: "This server refuses it", detail: `It did not let the token in, ${asked}. ${r.unsure}` };
  return { state: "unsure", headline: "Cannot be verified here", detail: r.unsure };
}

function praise(r, now) {
  const exp = dateOf(r.payload.object.members.get("exp"));
  const life = exp > now ? `It lives for another ${length(exp - now)}.`
    : `It expired ${length(now - exp)} ago, within the ${leeway} seconds allowed for clocks that differ.`;
  if (r.asked?.status === 200) {
    return { state: "good", headline: "Good, and accepted", detail: `This server signed it, and let it in, asked at ${clock(r.asked.at)}. ${life}` };
  }
  return { state: "good", headline: "Good", detail: `This server signed it. ${life} If it was revoked, only the server knows.` };
}

// refusal is a headline and a sentence for the check that failed.
function refusal(r, c, now) {
  const at = dateOf(r.payload.object?.members.get(c.name));
  const got = safe(c.got);
  switch (`${c.name} ${c.reason}`) {
    case "shape malformed": return ["Not a token", sentence(got)];
    case "header malformed":
      if (c.expected.startsWith("no ")) return ["It asks for what is not understood", `The header has “${got}”, an extension that changes what the signature means.`];
      return ["The header is malformed", sentence(got)];
    case "payload malformed": return ["The claims are malformed", `They are signed, and refused all the same: ${got}.`];
    case "algorithm algorithm_refused":
      if (r.alg.toLowerCase() === "none") return ["Not signed", `It says alg “${got}”. Anyone can write such a token, so none is accepted.`];
      return ["The wrong algorithm", `It says ${got}, and the key it names is for ${c.expected} alone.`];
    case "key bad_signature":
      return ["Not signed by this server", r.kid ? `None of this server’s keys has the kid “${safe(abridged(r.kid))}”: another key signed it, or none did.`
        : "It names no key (kid), and this server has several."];
    case "signature bad_signature": return ["The signature is wrong", "Somebody changed the token, or another key signed it. Believe nothing that it says."];
    case "revocation revoked": return ["This server refuses it", "All that can be checked here is good, so it was revoked, or is for another audience."];
    case "exp expired": return [`Expired ${away(at, now)}`, "This server signed it, and its time is over."];
    case "nbf not_yet_valid": return ["Not valid yet", `It starts to be valid ${away(at, now)}.`];
    case "iat not_yet_valid": return ["Issued in the future", `It says that it will be issued ${away(at, now)}. Is a clock wrong?`];
    case "exp claim_mismatch": return ["It never expires", "The claim exp is missing, and no token is accepted without it."];
    case "iss claim_mismatch": return ["From another issuer", `It says iss ${got}, and this server is ${c.expected}.`];
    case "typ claim_mismatch": return ["Not an access token", `It says typ ${got}, and an access token says ${c.expected}.`];
  }
  return [`${c.name} is malformed`, `Expected is ${c.expected}, and it says ${got}.`];
}

// meanings are the words for names of headers and claims that everybody uses.
const meanings = {
  iss: "issuer", sub: "subject", aud: "audience", exp: "expires", nbf: "not before", iat: "issued", jti: "token id",
  sid: "session", client_id: "client", scope: "may do", roles: "acts as", email: "e-mail", azp: "authorised party",
  auth_time: "logged in", cnf: "bound to a key",
};
const headerMeanings = {
  alg: "algorithm", kid: "key", typ: "type", cty: "content type", jwk: "a key of its own: never used",
  jku: "an address of keys: never used", x5u: "an address of a certificate: never used", x5c: "certificates: never used",
  x5t: "certificate hash", crit: "must be understood", b64: "encoding of the payload",
};

// ---- Drawing

const $ = (id) => document.getElementById(id);

function el(tag, className, ...children) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  e.append(...children);
  return e;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

// say sets a text only where it changed, so that a selection outlives the tick of the clock.
function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const nowSeconds = () => Date.now() / 1000;

let report = null; // of the token in the field
let reading = 0; // counts what was typed, so that a late answer to an older text is dropped
let ticking = []; // what to do each second while this report is shown
let shownChecks = "";

function paint() {
  const now = nowSeconds();
  const checks = judge(report, now);
  const v = verdict(report, checks, now);
  $("verdict").dataset.state = v.state;
  $("verdict-icon").setAttribute("href", `#i-${v.state}`);
  say($("headline"), v.headline);
  say($("detail"), v.detail);
  announce(v);
  const key = JSON.stringify(checks);
  if (key !== shownChecks) paintChecks(checks);
  shownChecks = key;
  for (const tick of ticking) tick(now);
  $("break").hidden = v.state !== "good";
  $("ask").hidden = v.state !== "good" && v.state !== "unsure" && !report.asked; // a token that is wrong, it can only refuse
}

let announced = "";
let announcing = 0;

// announce tells a screen reader the verdict once it has stood for a moment, and not again as the seconds pass.
function announce(v) {
  const key = `${v.state} ${v.headline.replace(/\d.*/, "")} ${report.raw}`;
  if (key === announced) return;
  announced = key;
  clearTimeout(announcing);
  announcing = setTimeout(() => { $("said").textContent = v.state === "empty" ? "" : `${v.headline}. ${v.detail}`; }, 400);
}

function paintChecks(checks) {
  $("checks").hidden = report.raw === "";
  const words = { pass: "ok", fail: "wrong", skip: "not checked" };
  const icons = { pass: "good", fail: "bad", skip: "empty" };
  $("check-list").replaceChildren(...checks.map((c) => {
    const item = el("li", c.status);
    item.dataset.name = c.name;
    item.dataset.status = c.status;
    const mark = el("span", "mark", el("span", "off-screen", words[c.status]));
    if (c.status === "skip") mark.append("–");
    else mark.append(icon(icons[c.status]));
    const found = el("span", "found", safe(abridged(c.got || c.expected)));
    if (c.status !== "pass" && c.got && c.expected) {
      found.append(el("span", "wanted", c.status === "fail" ? `expected ${safe(c.expected)}` : c.expected));
    }
    item.append(mark, el("span", "name", c.name), found);
    return item;
  }));
  const count = (status) => checks.filter((c) => c.status === status).length;
  const tally = [[count("fail"), "wrong"], [count("pass"), "ok"], [count("skip"), "not checked"]];
  say($("tally"), tally.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`).join(", "));
}

// paintMembers fills a table with the members of an object, each value as it was written.
function paintMembers(table, part, words) {
  table.replaceChildren(...[...(part.object?.members ?? [])].map(([name, node]) => {
    const head = el("th", "", el("code", "", safe(name)));
    head.scope = "row";
    if (Object.hasOwn(words, name)) head.append(el("span", "meaning", words[name]));
    const value = el("code", `value ${node.kind}`, safeLines(written(node)));
    const cell = el("td", "", value);
    const date = ["exp", "nbf", "iat", "auth_time"].includes(name) && words === meanings ? dateOf(node) : undefined;
    if (date !== undefined) {
      const note = el("span", "when");
      cell.append(note);
      ticking.push((now) => say(note, `${away(date, now)}${far(date) ? "" : `, ${utc(date)}`}`));
    }
    return el("tr", "", head, cell);
  }));
}

// safeLines is safe for text that was laid out over lines.
const safeLines = (text) => text.split("\n").map(safe).join("\n");

function paintPart(name, part, words) {
  $(name).hidden = !part.object && !part.trouble;
  paintMembers($(`${name}-body`), part, words);
  const trouble = $(`${name}-trouble`);
  trouble.hidden = !part.trouble;
  say(trouble, part.trouble ? `Refused as a whole: ${part.trouble}.` : "");
  const text = $(`${name}-text`);
  text.hidden = !part.text;
  say(text, part.text ? safeLines(part.text) : "");
}

function paintReport() {
  ticking = [];
  shownChecks = "";
  $("intro").hidden = report.raw !== "";
  paintPart("header", report.header, headerMeanings);
  paintPart("claims", report.payload, meanings);
  for (const name of ["claims", "header"]) $(name).dataset.genuine = report.genuine;
  say($("claims-note"), report.genuine ? "signed by this server" : "not verified: anyone can write this");
  $("clear").hidden = $("token").value === "";
  say($("calls-note"), report.whole ? "Sends the token above to this server." : "No token above: asks without one.");
  paintLife();
  paint();
  paintSession();
}

// paintMirror draws the text of the field behind it, in the colours of the three parts.
function paintMirror(text) {
  const huge = text.length > 2 * maxLength;
  $("mirror").parentElement.classList.toggle("plain", huge);
  const [first, second, ...rest] = (huge ? "" : text).split(".");
  const spans = [el("span", "part-1", first)];
  if (second !== undefined) spans.push(".", el("span", "part-2", second));
  if (rest.length > 0) spans.push(".", el("span", "part-3", rest.join(".")));
  $("mirror").replaceChildren(...spans, "\n");
}

// ---- The time line

const lifeWords = {
  iat: ["Issued", "iat"], nbf: ["Valid from", "nbf"], now: ["Now", ""], exp: ["Expires", "exp"],
};
let moment = "exp"; // the time that is shown to the second

function paintLife() {
  const dates = ["iat", "nbf", "exp"].map((name) => [name, dateOf(report.payload.object?.members.get(name))]);
  const known = new Map(dates.filter(([, at]) => at !== undefined));
  $("life").hidden = known.size === 0;
  $("life").dataset.genuine = report.genuine;
  if (known.size === 0) return;
  const order = (now) => [...known, ["now", now]].sort((a, b) => a[1] - b[1]);
  const line = el("div", "track");
  const span = el("div", "span");
  const spent = el("div", "spent");
  const gap = el("div", "gap");
  line.append(span, spent, gap);
  const marks = new Map([...known.keys(), "now"].map((name) => [name, el("div", `dot ${name}`)]));
  line.append(...marks.values());
  $("line").replaceChildren(line);
  const buttons = new Map(order(nowSeconds()).map(([name]) => [name, timeButton(name)]));
  $("times").replaceChildren(...[...buttons.values()].map((b) => b.item));
  if (moment !== "now" && !known.has(moment)) moment = "now";
  for (const [name, dot] of marks) dot.addEventListener("pointerenter", () => point(name));
  ticking.push((now) => {
    const at = new Map(order(now));
    const scale = scaleOf([...known.values()], now);
    const from = Math.max(known.get("iat") ?? -Infinity, known.get("nbf") ?? -Infinity);
    const start = scale.at(Number.isFinite(from) ? from : scale.first);
    const end = scale.at(known.get("exp") ?? scale.last);
    place(span, start, end);
    place(spent, start, Math.min(end, scale.at(now)));
    gap.hidden = scale.gap === undefined;
    gap.style.left = `${scale.gap ?? 0}%`;
    line.dataset.over = (known.get("exp") ?? Infinity) <= now;
    for (const [name, dot] of marks) {
      dot.style.left = `${scale.at(at.get(name))}%`;
      dot.classList.toggle("on", name === moment);
    }
    for (const [name, b] of buttons) paintTime(b, name, at.get(name), now);
    spread(buttons, (name) => scale.at(at.get(name)));
  });
}

function place(bar, from, to) {
  bar.style.left = `${from}%`;
  bar.style.width = `${Math.max(0, to - from)}%`;
}

// spread puts the labels under their marks, clear of one another. Where there is no room for that, they stand in rows.
function spread(buttons, percent) {
  const list = $("times");
  list.classList.add("apart");
  const width = list.clientWidth;
  const gap = 8;
  const labels = [...buttons].map(([name, b]) => ({ item: b.item, at: percent(name), wide: b.item.offsetWidth }));
  labels.sort((a, b) => a.at - b.at);
  const room = labels.reduce((sum, l) => sum + l.wide + gap, -gap) <= width;
  list.classList.toggle("apart", room);
  if (!room) {
    for (const l of labels) l.item.style.textAlign = "";
    return;
  }
  let edge = 0;
  for (const l of labels) {
    l.left = Math.max(edge, (width * l.at) / 100 - l.wide / 2);
    edge = l.left + l.wide + gap;
  }
  edge = width;
  for (const l of labels.reverse()) {
    l.left = Math.min(l.left, edge - l.wide);
    edge = l.left - gap;
    l.item.style.left = `${l.left}px`;
    l.item.style.textAlign = l.at < 12 ? "left" : l.at > 88 ? "right" : "center";
  }
}

// scaleOf puts times on the bar, in per cent. A now that is further from the token's life than that is long would leave
// nothing of it to see: then the bar has a gap, and the life keeps six tenths.
function scaleOf(dates, now) {
  const first = Math.min(...dates);
  const last = Math.max(...dates);
  const life = last - first;
  const before = first - now > life;
  const after = now - last > life;
  const low = before ? first : Math.min(first, now);
  const high = after ? last : Math.max(last, now);
  const [left, right] = before ? [40, 100] : after ? [0, 60] : [0, 100];
  const linear = (t) => (high > low ? left + ((right - left) * (t - low)) / (high - low) : (left + right) / 2);
  const at = (t) => (before && t < first ? 0 : after && t > last ? 100 : linear(t));
  return { at, first, last, gap: before ? 20 : after ? 80 : undefined };
}

function timeButton(name) {
  const [word, claim] = lifeWords[name];
  const button = el("button", `time ${name}`);
  button.type = "button";
  const title = el("span", "word", word);
  const words = el("span", "rough");
  const exact = el("span", "off-screen");
  button.append(title, ...(claim ? [" ", el("code", "", claim)] : []), words, exact);
  for (const event of ["focus", "click", "pointerenter"]) button.addEventListener(event, () => point(name));
  return { item: el("li", "", button), button, title, words, exact };
}

function point(name) {
  moment = name;
  if (report) paint();
}

function paintTime(b, name, at, now) {
  const exact = far(at) ? `${at} seconds` : `${local(at)} here, ${utc(at)}`;
  if (name === "exp") say(b.title, at > now ? "Expires" : "Expired");
  say(b.words, name === "now" ? clock(new Date(now * 1000)) : away(at, now));
  if (name !== "now") say(b.exact, `, ${exact}`); // not each second: it is read out
  b.button.classList.toggle("on", name === moment);
  if (name === moment) say($("moment"), name === "now" ? exact : `${name} ${exact}`);
}

// ---- Reading

async function read() {
  const mine = ++reading;
  const text = $("token").value;
  $("verdict").setAttribute("aria-busy", "true");
  paintMirror(text);
  const raw = bareToken(text);
  const next = raw === "" ? { raw, checks: [], header: {}, payload: {}, genuine: false, unsure: "" } : await examine(raw);
  if (mine !== reading) return;
  report = next;
  paintReport();
  $("verdict").setAttribute("aria-busy", "false");
}

let before = null; // the token that one was changed from, to put back

function show(token) {
  $("token").value = token;
  before = null;
  $("mend").hidden = true;
  return read();
}

// tamper changes the token as a forger would, to show that it is noticed.
async function tamper(change) {
  const was = $("token").value;
  await show(change(report));
  before = was;
  $("mend").hidden = false;
  $("undo").focus();
}

function changedClaim(r) {
  const [header, payload, signature] = r.raw.split(".");
  const text = new TextDecoder().decode(base64url(payload));
  const sub = r.payload.object.members.get("sub")?.raw;
  const forged = sub ? text.replace(sub, sub === '"root"' ? '"admin"' : '"root"') : text.replace("{", '{"sub":"root",');
  const binary = String.fromCharCode(...new TextEncoder().encode(forged));
  return [header, toBase64url(binary), signature].join(".");
}

const unsigned = (r) => `${toBase64url('{"alg":"none","typ":"at+jwt"}')}.${r.raw.split(".")[1]}.`;

// ---- This server

// call sends one request and takes the answer as it comes; status 0 is no answer.
async function call(method, path, { body, token } = {}) {
  const headers = {};
  if (body) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  try {
    const answer = await fetch(path, {
      method, headers, body: body && JSON.stringify(body), cache: "no-store", credentials: "omit", redirect: "error",
    });
    const text = await answer.text();
    return { status: answer.status, get: (name) => answer.headers.get(name), text, json: json(text) };
  } catch {
    return { status: 0, get: () => null, text: "", json: {} };
  }
}

function json(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

// because is why a request failed, in words.
function because(answer) {
  if (answer.status === 0) return "This server does not answer.";
  const wait = answer.get("Retry-After");
  const words = sentence(String(answer.json.error_description || answer.json.error || `the server answers ${answer.status}`));
  return wait ? `${words} Try again in ${/^\d+$/.test(wait) ? plural(Number(wait), "second") : wait}.` : words;
}

// busy keeps a button from being pressed twice while its work is done.
async function busy(button, work) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    await work();
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

let session = null; // what log-in returned; here and nowhere else

function note(text, bad = false) {
  const p = $("account-note");
  p.classList.toggle("bad", bad);
  p.textContent = text;
}

function credentials() {
  const username = $("username").value;
  const password = $("password").value;
  const missing = username === "" ? $("username") : password === "" ? $("password") : null;
  if (!missing) return { username, password };
  note(missing.id === "username" ? "The name is missing." : "The password is missing.", true);
  missing.focus();
  return null;
}

async function logIn() {
  const body = credentials();
  if (!body) return;
  note("Logging in …");
  const answer = await call("POST", "/login", { body });
  if (answer.status !== 200) return note(because(answer), true);
  $("password").value = "";
  openSession(answer.json, body.username);
  note("");
  $("call-protected").focus();
}

async function register() {
  const body = credentials();
  if (!body) return;
  note("Registering …");
  const answer = await call("POST", "/register", { body });
  if (answer.status !== 201) return note(because(answer), true);
  note(`${answer.json.username} is registered. Now log in.`);
  $("login").focus();
}

// openSession keeps a token response and shows its access token.
function openSession(response, username) {
  session = { ...response, username, until: nowSeconds() + Number(response.expires_in) };
  paintSession();
  return show(session.access_token);
}

async function refresh() {
  const mine = session;
  const answer = await call("POST", "/refresh", { body: { refresh_token: mine.refresh_token } });
  if (session !== mine) return; // logged out meanwhile
  if (answer.status === 200) {
    openSession(answer.json, mine.username);
    return note("A new token, and a new refresh token: the old one is used up.");
  }
  note(because(answer), true);
  if (answer.status === 400 || answer.status === 401) closeSession();
}

async function logOut() {
  const mine = session;
  const answer = await call("POST", "/logout", { body: { refresh_token: mine.refresh_token } });
  if (session === null) return;
  closeSession();
  if (answer.status === 204) note("Logged out. This server takes that token no more.");
  else note(`Forgotten here. ${because(answer)}`, true);
}

function closeSession() {
  if (bareToken($("token").value) === session.access_token) show("");
  session = null;
  $("answer").replaceChildren();
  paintSession();
  $("username").focus();
}

function paintSession() {
  $("login-form").hidden = session !== null;
  $("session").hidden = session === null;
  say($("account-title"), session ? "Logged in" : "Log in");
  if (!session) return;
  say($("who"), session.username);
  const left = session.until - nowSeconds();
  say($("left"), left > 0 ? `token good for ${length(left)}` : "token expired");
  $("refresh").classList.toggle("primary", left <= 0);
  $("show").hidden = report?.raw === session.access_token;
}

// laidOut is the body of an answer, over lines where it is JSON.
function laidOut(text) {
  const { object } = attempt(() => parseObject(new TextEncoder().encode(text)));
  return safeLines(object ? written(object, "", 32) : text.slice(0, 2000));
}

// tryCall calls a protected endpoint with the token in the field, and shows the answer.
async function tryCall(path) {
  const token = report?.whole ? report.raw : undefined;
  const answer = await call("GET", path, { token });
  const words = { 0: "no answer", 200: "let in", 401: "not let in", 403: "known, and not allowed" };
  const status = el("p", "status", el("b", "", String(answer.status || "–")), ` ${words[answer.status] ?? ""}`);
  status.classList.add(answer.status === 200 ? "good" : "bad");
  const lines = [status, el("p", "path", `GET ${path}`)];
  for (const name of ["WWW-Authenticate", "Retry-After"]) {
    if (answer.get(name)) lines.push(el("p", "field", el("b", "", name), ` ${safe(answer.get(name))}`));
  }
  if (answer.text) lines.push(el("pre", "", laidOut(answer.text.trim())));
  $("answer").replaceChildren(...lines);
  return answer;
}

// ask finds out what only the server knows of the token in the field.
async function ask() {
  const asked = report;
  const answer = await tryCall("/protected");
  if (asked !== report) return;
  report.asked = { status: answer.status, at: new Date() };
  paint();
}

// ---- Wiring

function wire() {
  const press = (id, work) => $(id).addEventListener("click", () => busy($(id), work));
  $("token").addEventListener("input", () => {
    before = null;
    $("mend").hidden = true;
    read();
  });
  $("login-form").addEventListener("submit", (e) => {
    e.preventDefault();
    busy($("login"), logIn);
  });
  press("register", register);
  press("refresh", refresh);
  press("logout", logOut);
  press("show", () => show(session.access_token));
  press("call-protected", () => tryCall("/protected"));
  press("call-admin", () => tryCall("/admin"));
  press("ask", ask);
  press("break-claim", () => tamper(changedClaim));
  press("break-alg", () => tamper(unsigned));
  press("undo", async () => {
    await show(before);
    $("token").focus();
  });
  press("clear", async () => {
    await show("");
    $("token").focus();
  });
  document.addEventListener("paste", (e) => { // wherever one is on the page, but in another field
    if (e.target instanceof Element && e.target.closest("input, textarea")) return;
    const text = e.clipboardData.getData("text/plain");
    if (text) show(text);
  });
  window.addEventListener("resize", () => report && paint());
  setInterval(() => {
    if (report) paint();
    paintSession();
  }, 1000);
}

$("server-name").textContent = location.origin;
wire();
paintSession();
read();
loadServer().then(() => { if (report?.raw) read(); });
