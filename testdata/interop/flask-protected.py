"""The service that this project replaces, as it is recommended: flask-jwt-extended, with the checks that serve makes too.

GET /token    a token for ada
GET /protected    answers who has one

It is for gunicorn, which ends with its standard input: whoever started it may be killed.
"""
import os
import signal
import sys
import threading

from flask import Flask, jsonify
from flask_jwt_extended import JWTManager, create_access_token, get_jwt_identity, jwt_required

app = Flask(__name__)
app.config.update(
    JWT_SECRET_KEY="a secret of thirty-two bytes, at least",
    JWT_ENCODE_ISSUER="http://127.0.0.1:8080",
    JWT_DECODE_ISSUER="http://127.0.0.1:8080",
    JWT_ENCODE_AUDIENCE="http://127.0.0.1:8080",
    JWT_DECODE_AUDIENCE="http://127.0.0.1:8080",
    JWT_DECODE_LEEWAY=30,
    JWT_ACCESS_TOKEN_EXPIRES=12 * 3600,
)
jwt = JWTManager(app)
revoked = set()


@jwt.token_in_blocklist_loader
def is_revoked(header, payload):
    return payload["jti"] in revoked


@app.get("/token")
def token():
    return create_access_token("ada", additional_claims={"roles": ["user"]})


@app.get("/protected")
@jwt_required()
def protected():
    return jsonify(message="a good token opens this", username=get_jwt_identity())


def end_with_input():
    sys.stdin.buffer.read()
    os.kill(os.getppid(), signal.SIGINT)  # gunicorn itself, of which this is a worker


threading.Thread(target=end_with_input, daemon=True).start()
