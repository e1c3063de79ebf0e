// A client and a resource server with oauth4webapi, which finds all endpoints by discovery.
//
// Arguments: the issuer, the audience, and a name and password with the scopes introspect and revoke. Each line of stdin is
// a verb and a token, and is answered with a line:
//
//	validate TOKEN    "accepted SUB", or "refused" and why: by the keys alone (RFC 9068)
//	forget            "done": the keys that are remembered are dropped
//	basic TOKEN       the same, by asking (RFC 7662); the client authenticates in the header
//	post TOKEN        the same; the client authenticates in the body
//	revoke TOKEN      "done" (RFC 7009)
//	refresh TOKEN     "done", the access token and the refresh token (RFC 6749 section 6)
import { createInterface } from 'node:readline'
import * as oauth from 'oauth4webapi'

const [issuer, audience, name, password] = process.argv.slice(2)
const loopback = { [oauth.allowInsecureRequests]: true } // plain HTTP
const client = { client_id: name }
const basic = oauth.ClientSecretBasic(password)
const post = oauth.ClientSecretPost(password)

const discover = async (algorithm) => {
  const response = await oauth.discoveryRequest(new URL(issuer), { algorithm, ...loopback })
  return oauth.processDiscoveryResponse(new URL(issuer), response)
}
await discover('oidc')
let server = await discover('oauth2') // RFC 8414

const validate = async (token) => {
  const request = new Request('http://resource.example/', { headers: { authorization: `Bearer ${token}` } })
  const claims = await oauth.validateJwtAccessToken(server, request, audience, loopback)
  return `accepted ${claims.sub}`
}

// For whom a token is meant is for the resource server to look at (RFC 7662 section 4).
const introspect = async (token, authentication) => {
  const response = await oauth.introspectionRequest(server, client, authentication, token, loopback)
  const about = await oauth.processIntrospectionResponse(server, client, response)
  if (!about.active) return 'refused inactive'
  if (![about.aud].flat().includes(audience)) return `refused aud ${about.aud}`
  return `accepted ${about.sub}`
}

const verbs = {
  validate,
  forget() {
    server = { ...server } // they are remembered for this object
    return 'done'
  },
  basic: (token) => introspect(token, basic),
  post: (token) => introspect(token, post),
  async revoke(token) {
    const response = await oauth.revocationRequest(server, client, basic, token, loopback)
    await oauth.processRevocationResponse(response)
    return 'done'
  },
  async refresh(token) {
    const publicClient = { client_id: 'app' }
    const response = await oauth.refreshTokenGrantRequest(server, publicClient, oauth.None(), token, loopback)
    const grant = await oauth.processRefreshTokenResponse(server, publicClient, response)
    return `done ${grant.access_token} ${grant.refresh_token}`
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, token] = line.split(' ')
  try {
    console.log(await verbs[verb](token))
  } catch (err) {
    console.log('refused', err.error ?? err.code ?? err.name, err.message)
  }
}
