// A resource server with jose: verify what comes with the keys of a JWKS URL.
//
// Arguments: the issuer and the audience. Each line of stdin is a token, and is answered with a line: "accepted SUB", or
// "refused" and why. The line "forget", answered with "done", drops the keys that are remembered.
import { createInterface } from 'node:readline'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'

const [issuer, audience] = process.argv.slice(2)
const keysOf = () => createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer))
let keys = keysOf()

for await (const token of createInterface({ input: process.stdin })) {
  if (token === 'forget') {
    keys = keysOf()
    console.log('done')
    continue
  }
  try {
    const { payload } = await jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt', requiredClaims: ['exp', 'sub'] })
    console.log('accepted', payload.sub)
  } catch (err) {
    if (!(err instanceof errors.JOSEError)) throw err
    console.log('refused', err.code, err.message)
  }
}
