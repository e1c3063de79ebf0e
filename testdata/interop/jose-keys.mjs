// Tokens of jose, made and verified with keys of its own.
//
// Arguments: a folder, an issuer and an audience. The keys are in the folder, as JWK: ALG.key, and ALG.pub but for HS256; and
// all that are public in jwks.json. Each line of stdin is a verb, an algorithm and more, and is answered with a line:
//
//	sign ALG CLAIMS     the token
//	plain ALG CLAIMS    a token without kid
//	verify ALG TOKEN    "accepted SUB", or "refused" and why
import { writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { SignJWT, calculateJwkThumbprint, errors, exportJWK, generateKeyPair, generateSecret, jwtVerify } from 'jose'

const [folder, issuer, audience] = process.argv.slice(2)
const write = (name, value) => writeFileSync(`${folder}/${name}`, JSON.stringify(value), { mode: 0o600 })

const keys = {}
const set = []
for (const alg of ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA', 'Ed25519']) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), alg, use: 'sig' }
  jwk.kid = await calculateJwkThumbprint(jwk)
  keys[alg] = { privateKey, publicKey, kid: jwk.kid }
  set.push(jwk)
  write(`${alg}.pub`, jwk)
  write(`${alg}.key`, { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: jwk.kid })
}
write('jwks.json', { keys: set })
const secret = await generateSecret('HS256', { extractable: true })
keys.HS256 = { privateKey: secret, publicKey: secret, kid: 'shared' }
write('HS256.key', { ...(await exportJWK(secret)), alg: 'HS256', kid: 'shared' })

const verify = async (key, token, algorithm) => {
  try {
    const { payload } = await jwtVerify(token, key, { issuer, audience, algorithms: [algorithm] })
    return `accepted ${payload.sub}`
  } catch (err) {
    if (!(err instanceof errors.JOSEError)) throw err
    return `refused ${err.code} ${err.message}`
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const [, verb, alg, text] = line.match(/^(\w+) (\w+) (.*)$/)
  const { privateKey, publicKey, kid } = keys[alg]
  if (verb === 'verify') {
    console.log(await verify(publicKey, text, alg))
    continue
  }
  const header = verb === 'sign' ? { alg, kid, typ: 'JWT' } : { alg }
  console.log(await new SignJWT(JSON.parse(text)).setProtectedHeader(header).sign(privateKey))
}
