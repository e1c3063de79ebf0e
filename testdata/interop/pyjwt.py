"""A resource server as PyJWT's documentation has it: discover the issuer, and verify what comes with the keys found there.

Arguments: the issuer and the audience. Each line of stdin is a token, and is answered with a line: "accepted SUB", or
"refused" and why.
"""
import json
import sys
import urllib.request

import jwt

issuer, audience = sys.argv[1:]
with urllib.request.urlopen(issuer + "/.well-known/openid-configuration", timeout=10) as answer:
    metadata = json.load(answer)
keys = jwt.PyJWKClient(metadata["jwks_uri"])

for line in sys.stdin:
    token = line.strip()
    try:
        claims = jwt.decode(
            token,
            keys.get_signing_key_from_jwt(token).key,
            algorithms=metadata["id_token_signing_alg_values_supported"],
            audience=audience,
            issuer=metadata["issuer"],
            options={"require": ["exp", "iat", "sub"]},
        )
        print("accepted", claims["sub"], flush=True)
    except jwt.InvalidTokenError as refusal:
        print("refused", type(refusal).__name__, refusal, flush=True)
