"""Tokens of PyJWT, made and verified with keys of its own.

Arguments: a folder, an issuer and an audience. The keys are in the folder, in various forms: ALG.key, and ALG.pub but for
HS256. Each line of stdin is a verb, an algorithm and more, and is answered with a line:

    sign ALG CLAIMS     the token, which has no kid
    verify ALG TOKEN    "accepted SUB", or "refused" and why
"""
import json
import os
import pathlib
import secrets
import sys

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

folder, issuer, audience = pathlib.Path(sys.argv[1]), *sys.argv[2:]
os.umask(0o077)

pem, ssh = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), (Encoding.OpenSSH, PublicFormat.OpenSSH)
made = {
    "ES256": (ec.generate_private_key(ec.SECP256R1()), PrivateFormat.PKCS8, pem),
    "ES384": (ec.generate_private_key(ec.SECP384R1()), PrivateFormat.TraditionalOpenSSL, pem),
    "ES512": (ec.generate_private_key(ec.SECP521R1()), PrivateFormat.PKCS8, ssh),
    "RS256": (rsa.generate_private_key(65537, 2048), PrivateFormat.PKCS8, pem),
    "PS256": (rsa.generate_private_key(65537, 2048), PrivateFormat.TraditionalOpenSSL, pem),
    "EdDSA": (ed25519.Ed25519PrivateKey.generate(), PrivateFormat.OpenSSH, ssh),
}
keys = {"HS256": secrets.token_bytes(32)}
(folder / "HS256.key").write_bytes(keys["HS256"])
for alg, (key, private, public) in made.items():
    keys[alg] = key
    (folder / f"{alg}.key").write_bytes(key.private_bytes(Encoding.PEM, private, NoEncryption()))
    (folder / f"{alg}.pub").write_bytes(key.public_key().public_bytes(*public))


def verify(alg, token):
    key = keys[alg] if alg == "HS256" else keys[alg].public_key()
    try:
        claims = jwt.decode(token, key, algorithms=[alg], audience=audience, issuer=issuer)
        return "accepted " + claims["sub"]
    except jwt.InvalidTokenError as refusal:
        return f"refused {type(refusal).__name__} {refusal}"


for line in sys.stdin:
    verb, alg, text = line.strip().split(" ", 2)
    print(verify(alg, text) if verb == "verify" else jwt.encode(json.loads(text), keys[alg], algorithm=alg), flush=True)
