// Encrypted tokens with jose: open what comes, and make some.
//
// Each line of stdin is "open ALG JWK TOKEN", answered with what is in the token, or "make ALG ENC JWK TEXT", answered with
// a token. JWK is JSON without spaces.
import { createInterface } from 'node:readline'
import { CompactEncrypt, compactDecrypt, importJWK } from 'jose'

const maxPBES2Count = 1_000_000 // 10,000 without saying so

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, alg, ...rest] = line.split(' ')
  if (verb === 'open') {
    const [jwk, token] = rest
    const key = await importJWK(JSON.parse(jwk), alg)
    const { plaintext } = await compactDecrypt(token, key, { keyManagementAlgorithms: [alg], maxPBES2Count })
    console.log(new TextDecoder().decode(plaintext))
    continue
  }
  const [enc, jwk, text] = rest
  const key = await importJWK(JSON.parse(jwk), alg)
  console.log(await new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader({ alg, enc, cty: 'JWT' }).encrypt(key))
}
